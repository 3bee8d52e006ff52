import type { Action } from '../action/action.ts'
import type { Digest, GroupId, PersonId, StandingId, UtteranceId } from '../action/ids.ts'
import type { Instant, NonEmpty } from '../given.ts'
import type { Proof } from '../people/caller.ts'
import type { Signal, Terms, Why } from '../policy/verdict.ts'
import type { Redacted } from '../redact/redacted.ts'
import type { RefusalCode } from '../refusal/table.ts'

/** Where an action stands. The last seven are ends: nothing leaves them. */
export type State = 'waiting' | 'approved' | 'dispatched' | End
export type End = 'succeeded' | 'failed' | 'unknown' | 'refused' | 'denied' | 'expired' | 'withdrawn'

/**
 * How a held action waits. `live`: a connection waits with it. `claimable`: the live limit passed; it never runs by itself,
 * presenting it again does. `parked`: sealed, it runs on approval. `none`: it was never held.
 */
export type Wait = 'none' | 'live' | 'claimable' | 'parked'

/** What an approval is good for. A waiver takes effect only when every vote of the quorum gives one, and then the least of them. */
export type ApproveScope =
  | { readonly kind: 'once' }
  | { readonly kind: 'waiver'; readonly uses: number; readonly forMs: number }

/** What a denial covers: this call, everything of this shape by this caller, or the rest of this session. */
export type DenyScope = { readonly kind: 'call' } | { readonly kind: 'shape' } | { readonly kind: 'session' }

/** How a person proved to be present. A token file is no such proof. */
export type Presence = Extract<Proof, { readonly kind: 'sign-in' }>

/** A person's word. A question is not a decision. */
export type Decision = {
  readonly digest: Digest
  readonly by: PersonId
  readonly proof: Presence
  /** The card that this person had in front of them. */
  readonly saw: Digest
} & (
  | { readonly says: 'approve'; readonly scope: ApproveScope }
  | { readonly says: 'deny'; readonly scope: DenyScope }
)

/** An approval that counts: who, as which human, and the seats they could take at that moment. */
export interface Vote {
  readonly by: PersonId
  readonly human: PersonId
  readonly seats: NonEmpty<GroupId>
  readonly scope: ApproveScope
  readonly at: Instant
}

/** A question or an answer in the thread of an action. */
export interface Utterance {
  readonly id: UtteranceId
  readonly kind: 'question' | 'answer'
  /** A person's id, or the agent's that answered for itself. */
  readonly by: string
  readonly text: Redacted
  readonly at: Instant
}

/** Everything stored of one action that is not sealed. `version` is what a move compares and sets. */
export interface Life {
  readonly action: Action
  readonly version: number
  readonly state: State
  readonly wait: Wait
  readonly why: Why
  /** What was noticed when it was judged first: it raised the bar then, and a reviewer should know. */
  readonly signals: readonly Signal[]
  readonly terms: Terms | null
  readonly votes: readonly Vote[]
  readonly thread: readonly Utterance[]
  /** Nothing happens to the action at or after this instant but its expiry. Null once it was dispatched or has ended. */
  readonly deadline: Instant | null
  /** The policy set and the directory that judged it last. */
  readonly judgedBy: JudgedBy
  /** The waiver that it used, or the one that its approval gave. */
  readonly waiver: StandingId | null
  /** How it ended, for a refusal with its code. */
  readonly ended: Ended | null
}

export interface JudgedBy {
  readonly policy: Digest
  readonly directory: Digest
}

export interface Ended {
  readonly code: RefusalCode | null
  readonly by: PersonId | null
  readonly at: Instant
  /** What came back, in numbers; null where nothing did. */
  readonly answer: AnswerSize | null
}

/** A body that was sent on as it came, in numbers and under the action's nonce. */
export interface SentBody {
  readonly bytes: number
  readonly digest: Digest
}

export interface AnswerSize {
  readonly status: number
  /** Of its content, opened. Where it was cut, those that were handed on. */
  readonly bytes: number
  /** The cap that it crossed. */
  readonly cut?: CutBy
}

export type CutBy = 'bytes' | 'items' | 'classes'
