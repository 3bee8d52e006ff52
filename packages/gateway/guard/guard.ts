import type { Json } from '@sallyport/core/action/canonical'
import type {
  ActionId,
  Digest,
  PersonId,
  ResourceId,
  SessionId,
  StandingId,
} from '@sallyport/core/action/ids'
import type { ApproveScope, DenyScope, Life, Presence } from '@sallyport/core/lifecycle/life'
import type { Caller } from '@sallyport/core/people/caller'
import type { Redacted } from '@sallyport/core/redact/redacted'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import type { Described } from '@sallyport/describe/described'
import type { Durable } from '../store/durable.ts'
import type { Freeze } from '../store/store.ts'
import type { Answer } from './answer.ts'
import type { Content } from './content.ts'

/** What a door hands in: somebody proved, something described, and the message that would be sent. */
export interface Asked {
  readonly caller: Caller
  readonly session: SessionId
  readonly resource: ResourceId
  readonly described: Described
  /** The whole message, before credentials: the digest covers it, and the upstream sends it from nothing else. */
  readonly message: Json
  /** What follows the message. A whole one stands in the message by its hash. */
  readonly content: Content
  readonly reason: Redacted | null
  /** `live`: the connection waits. `parked`: the client takes a handle and comes back. */
  readonly wait: 'live' | 'parked'
  /** What the client sent as `Idempotency-Key`, or null. */
  readonly idempotencyKey: string | null
}

/** What a waiting client can be told meanwhile. */
export type Progress =
  | { readonly kind: 'held'; readonly life: Life }
  | { readonly kind: 'moved'; readonly life: Life }

export type Admission =
  /** The record is durable: the door may answer. */
  | {
      readonly kind: 'answered'
      readonly action: ActionId
      readonly answer: Answer
      readonly durable: Durable
    }
  /** Recorded and sealed; it runs on approval, and the client asks for it by its id. */
  | { readonly kind: 'parked'; readonly life: Life }
  /** Refused, denied, expired, withdrawn, `held` (claimable now), or of unknown outcome. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * The way of one action. Aborting `signal` says that the client is gone: what it holds is withdrawn, what it sent is cut.
 * `delivered` resolves, and never rejects, once the client has its answer or will never have it: until then it is in flight.
 */
export interface Guard {
  admit(asked: Asked, signal: AbortSignal, delivered: Promise<void>): AsyncGenerator<Progress, Admission>
  /** Asks people to let actions like this one pass ahead of time. That is an action of its own; this one is not done. */
  admitWaiver(like: Asked, bounds: WaiverBounds, signal: AbortSignal): AsyncGenerator<Progress, Admission>
}

/** What a waiver is good for. */
export interface WaiverBounds {
  readonly uses: number
  readonly forMs: number
}

/** What people (and requesters) do to an action that waits. Every surface calls these and nothing else. */
export interface Desk {
  decide(id: ActionId, word: Word): Promise<Life | Refusal>
  ask(id: ActionId, by: PersonId, text: Redacted): Promise<Life | Refusal>
  /** By the agent itself (its chain) or by a person of the chain. */
  answer(id: ActionId, by: string, text: Redacted): Promise<Life | Refusal>
  /** By the agent itself or by a person of the chain. */
  withdraw(id: ActionId, by: string): Promise<Life | Refusal>
  freeze(what: Pick<Freeze, 'scope' | 'name' | 'by' | 'reason'>): Promise<Freeze | Refusal>
  unfreeze(id: Freeze['id'], by: PersonId): Promise<Freeze | Refusal>
  /** Takes back a waiver or lifts a ban. */
  revoke(id: StandingId, by: PersonId): Promise<Refusal | 'revoked'>
  /** Who may decide this action now, by `mayDecide`. */
  reviewers(life: Life): readonly PersonId[]
  /** The sealed answer of a parked action, opened for its requester. */
  fetch(id: ActionId): Promise<Answer | Refusal>
}

/** A decision as a surface hands it in. `saw` is the card's digest: a card that changed since is `stale-card`. */
export type Word = { readonly by: PersonId; readonly proof: Presence; readonly saw: Digest } & (
  | { readonly says: 'approve'; readonly scope: ApproveScope }
  | { readonly says: 'deny'; readonly scope: DenyScope }
)
