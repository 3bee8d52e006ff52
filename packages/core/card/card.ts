import { contentDigest } from '../action/digest.ts'
import type { Effect } from '../action/effect.ts'
import type { ActionId, Digest, GroupId } from '../action/ids.ts'
import type { FactName } from '../facts/facts.ts'
import type { Instant, Sha256 } from '../given.ts'
import type { State, Wait } from '../lifecycle/life.ts'
import type { Signal } from '../policy/verdict.ts'
import type { SafeText } from './text.ts'
import type { TextWarning } from './warnings.ts'

/** What a reviewer sees of a held action, the same on every surface. */
export interface Card {
  /** What a decision rests on. Whoever decides names its digest. */
  readonly basis: Basis
  /** What changes while the action waits, and changes no decision. */
  readonly moment: Moment
}

// Type aliases and not interfaces, so that the compiler proves the basis to be JSON.

export type Basis = {
  readonly action: ActionId
  /** Of the action: with it the card speaks for the very bytes. */
  readonly digest: Digest
  readonly says: SafeText
  readonly command: SafeText
  readonly parameters: readonly ShownParameter[]
  readonly requester: Requester
  readonly resource: string
  readonly environment: string
  readonly effects: readonly Effect[]
  readonly operation: SafeText
  readonly datasets: readonly SafeText[]
  readonly labels: readonly SafeText[]
  readonly destination: SafeText | null
  readonly rows: number | 'unknown'
  readonly deferred: boolean
  readonly unbounded: boolean
  readonly understood: boolean
  readonly unknown: readonly FactName[]
  readonly policy: MatchedPolicy
  /** What was noticed when it was judged. */
  readonly signals: readonly Signal[]
  /** The requester's own words. */
  readonly reason: SafeText | null
  readonly asks: readonly { readonly group: GroupId; readonly approvals: number }[]
  readonly waivable: { readonly uses: number; readonly forMs: number } | null
  readonly thread: readonly Said[]
  readonly impact: Impact
  readonly openedAt: Instant
  /** False: something was cut before it was stored. No surface may offer one click then. */
  readonly whole: boolean
  readonly warnings: readonly TextWarning[]
}

export type ShownParameter = { readonly name: SafeText; readonly value: SafeText }

export type Requester = {
  readonly agents: readonly string[]
  readonly owner: Named
  readonly actsFor: readonly Named[]
  readonly run: ShownTold | null
  readonly model: ShownTold | null
  readonly provedBy: 'agent-key' | 'sign-in' | 'person-token'
}

export type Named = { readonly id: string; readonly name: SafeText }

export type ShownTold = { readonly value: SafeText; readonly trust: 'claimed' | 'attested' }

export type MatchedPolicy = {
  readonly set: Digest
  readonly rules: readonly SafeText[]
  readonly link: string | null
  readonly effect: Effect | null
  readonly because: SafeText
  readonly controls: readonly SafeText[]
}

export type Said = {
  readonly id: string
  readonly kind: 'question' | 'answer'
  readonly by: SafeText
  readonly text: SafeText
  readonly at: Instant
}

/** What the target itself says would change. Nothing asks it yet. */
export type Impact = { readonly kind: 'unknown'; readonly why: SafeText }

/** What a list shows of it. */
export interface ListedCard {
  readonly basis: Basis
  readonly moment: ListedMoment
}

export interface ListedMoment {
  readonly state: State
  readonly wait: Wait
  readonly expiresAt: Instant | null
  readonly seats: readonly Seat[]
}

export interface Moment extends ListedMoment {
  readonly history: History
  /** Other waiting actions that are the same but for their time. Each wants its own approval. */
  readonly identicalWaiting: number
}

/** One approval that the hold asks for, and who gave it. */
export interface Seat {
  readonly group: GroupId
  readonly takenBy: Named | null
}

/** How many actions of the requester ended or stand how. */
export type Counts = Partial<Readonly<Record<State, number>>>

export interface History {
  readonly session: Counts
  readonly lastDay: Counts
}

/** Names a card in a decision: two cards with one digest are the same to whoever decides. */
export function cardDigest(card: Pick<Card, 'basis'>, sha256: Sha256): Digest {
  return contentDigest(sha256, card.basis)
}
