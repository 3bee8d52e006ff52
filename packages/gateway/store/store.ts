import type {
  ActionId,
  AgentId,
  Digest,
  FreezeId,
  GroupId,
  PersonId,
  SessionId,
  Shape,
  StandingId,
} from '@sallyport/core/action/ids'
import type { Label } from '@sallyport/core/facts/facts'
import type { Instant, NonEmpty } from '@sallyport/core/given'
import type { Leaf } from '@sallyport/core/ledger/leaf'
import type { Life, State } from '@sallyport/core/lifecycle/life'
import type { Standing } from '@sallyport/core/lifecycle/standing'
import type { Maker } from '@sallyport/core/people/caller'
import type { Redacted } from '@sallyport/core/redact/redacted'
import type { Durable } from './durable.ts'
import type { StoreFailure } from './failure.ts'

/**
 * Where everything stands. One change is all of its writes and leaves or none of them; each write compares the version that
 * it was made from, and a change that finds another is `lost` and leaves no trace. Changes that arrive together share one
 * commit, in the order of their arrival. The promise resolves after the commit is on disk. A store that cannot write
 * rejects with a `StoreFailure`, and nothing of the change is there. Only after the fault `unavailable` may it be there:
 * opening the store again tells, and until then it answers nothing.
 */
export interface Store {
  move(change: Change): Promise<Durable | 'lost'>
  /** A change that is a leaf alone. */
  append(leaf: Leaf): Promise<Durable>
  read<K extends keyof Reads>(kind: K, query: Reads[K]['query']): Promise<Reads[K]['rows']>
  /** Every state that the action takes from now on, the present one first; ends when the action or the signal does. */
  watch(id: ActionId, signal: AbortSignal): AsyncIterable<Life>
  /** Called after each commit, with the lives that it changed. A listener that throws is the listener's fault. */
  onLives(listener: (lives: readonly Life[]) => void): () => void
  /** Called after each commit that grew the log. */
  onHead(listener: (head: Head) => void): () => void
  /** Called once when the store can do nothing more though nobody closed it; at once where that has happened already. */
  onFailed(listener: (failure: StoreFailure) => void): () => void
  close(): Promise<void>
}

export interface Change {
  readonly writes: readonly Write[]
  readonly leaves: NonEmpty<Leaf>
}

/**
 * `from` is the version that is replaced, by the one after it; 0 inserts, and is lost where the row is there. What is kept of
 * an action needs its life, in the store or in the same change; an answer needs what is kept, and is lost once that was erased.
 */
export type Write =
  | { readonly kind: 'life'; readonly from: number; readonly life: Life }
  | { readonly kind: 'keep'; readonly kept: Kept }
  | { readonly kind: 'answer'; readonly action: ActionId; readonly answer: Uint8Array }
  /** Forgets nonce, payload and answer, or the payload alone. */
  | { readonly kind: 'erase'; readonly action: ActionId; readonly what: 'everything' | 'payload' }
  | { readonly kind: 'standing'; readonly from: number; readonly standing: Standing }
  | { readonly kind: 'freeze'; readonly from: number; readonly freeze: Freeze }
  | { readonly kind: 'agent'; readonly from: number; readonly agent: AgentRow }
  | { readonly kind: 'key'; readonly from: number; readonly key: KeyRow }
  | { readonly kind: 'sign-in'; readonly from: number; readonly signIn: SignInRow }
  | { readonly kind: 'archive'; readonly digest: Digest; readonly content: string }

/** What is kept of an action besides its life. Nothing of this enters a leaf, a card or an answer of the API. */
export interface Kept {
  readonly action: ActionId
  readonly nonce: Uint8Array
  /**
   * HMAC of canonical action, resource and caller under a key outside the database: how a claim is found again. Null where
   * nobody looks for it: of what neither waited nor had an `Idempotency-Key`.
   */
  readonly claim: string | null
  /** HMAC of caller and `Idempotency-Key`; unique, a second insert of one is lost. */
  readonly idempotency: string | null
  /** The canonical action, sealed. Only while a parked action waits. */
  readonly payload: Uint8Array | null
  /** The answer of a parked action, sealed, until it is fetched or its time is over. */
  readonly answer: Uint8Array | null
}

export interface Freeze {
  readonly id: FreezeId
  readonly version: number
  readonly scope: 'agent' | 'resource' | 'everything'
  /** The agent or resource; `*` for everything. */
  readonly name: string
  readonly by: PersonId
  readonly at: Instant
  readonly reason: Redacted
  readonly lifted: boolean
}

export interface AgentRow {
  readonly id: AgentId
  readonly version: number
  readonly owner: PersonId
  readonly groups: readonly GroupId[]
  readonly createdAt: Instant
  readonly revoked: boolean
}

/** One key of an agent. The key itself is printed once and never kept. */
export interface KeyRow {
  /** Hex: what a presented key hashes to. */
  readonly lookup: string
  readonly version: number
  readonly agent: AgentId
  /** RFC 5803 spelling: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. */
  readonly scram: string
  /** Who was told the key when it was made. */
  readonly madeBy: Maker
  readonly createdAt: Instant
  readonly revoked: boolean
}

/** Something by which a person proves themself. `hash` is of the token, which only its holder has. */
export interface SignInRow {
  readonly hash: string
  readonly version: number
  /** `link` is used once and becomes a `session` in a browser; `token` is a command line's and never decides; `pairing` asks for one. */
  readonly kind: 'link' | 'session' | 'token' | 'pairing'
  /** Null while a pairing waits for a person to confirm it. */
  readonly person: PersonId | null
  /** Who made the link that all of it came from. */
  readonly madeBy: Maker
  readonly createdAt: Instant
  readonly until: Instant
  readonly ended: boolean
}

export interface Head {
  readonly size: number
  readonly root: Uint8Array
}

/**
 * What a caller did, as far as it is looked back at: each list from the newest actions that belong in it, so that no flood of
 * other actions pushes a denial or a label out.
 */
export interface Past {
  /** Shapes of what was sent. */
  readonly ran: readonly Shape[]
  readonly denied: readonly Shape[]
  /** What its sessions touched; a refused action touched nothing. */
  readonly touched: readonly { readonly session: SessionId; readonly labels: readonly Label[] }[]
  /** When it asked, oldest first. */
  readonly askedAt: readonly Instant[]
}

/** What can be read, and what comes back. Lists come in the order of their making, newest last, unless said otherwise. */
export interface Reads {
  readonly life: { query: { id: ActionId }; rows: Life | null }
  /** What waits or is approved, a page at a time: the next begins `after` the last of this one. `openLives` walks them all. */
  readonly open: { query: { after?: ActionId; limit: number }; rows: readonly Life[] }
  /** How many wait for people. */
  readonly waiting: { query: Record<string, never>; rows: number }
  readonly dispatched: { query: Record<string, never>; rows: readonly Life[] }
  /** Waiting or approved actions with this claim key, the oldest hundred. */
  readonly claim: { query: { claim: string }; rows: readonly Life[] }
  readonly idempotency: {
    query: { idempotency: string }
    rows: { readonly life: Life; readonly claim: string | null } | null
  }
  readonly kept: { query: { action: ActionId }; rows: Kept | null }
  /** How many other actions with the claim key of this one wait. */
  readonly identical: { query: { action: ActionId }; rows: number }
  /** How the newest of a caller's other actions stand, no more of them than the limit. */
  readonly counts: {
    query: { caller: string; session: SessionId; except: ActionId; since: Instant; limit: number }
    rows: readonly { readonly state: State; readonly inSession: boolean; readonly count: number }[]
  }
  readonly past: { query: { caller: string; since: Instant; limit: number }; rows: Past }
  readonly standings: { query: { live: boolean; now: Instant }; rows: readonly Standing[] }
  readonly standing: { query: { id: StandingId }; rows: Standing | null }
  readonly freezes: { query: { live: boolean }; rows: readonly Freeze[] }
  readonly agents: { query: Record<string, never>; rows: readonly AgentRow[] }
  readonly keys: { query: Record<string, never>; rows: readonly KeyRow[] }
  readonly signIn: { query: { hash: string }; rows: SignInRow | null }
  readonly archive: { query: { digest: Digest }; rows: string | null }
  /** Of an action whose life is in the store. */
  readonly leaves: {
    query: { action: ActionId }
    rows: readonly { readonly index: number; readonly entry: Uint8Array }[]
  }
  readonly head: { query: Record<string, never>; rows: Head }
  /** Hashes of complete subtrees of 256^level leaves, `from` included, `to` not. Level 0 is the leaf hashes. */
  readonly hashes: { query: { level: number; from: number; to: number }; rows: readonly Uint8Array[] }
  readonly entries: { query: { from: number; to: number }; rows: readonly Uint8Array[] }
}
