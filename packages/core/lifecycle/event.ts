import type { Action } from '../action/action.ts'
import type { Digest, PersonId } from '../action/ids.ts'
import type { Eligibility } from '../people/may-decide.ts'
import type { Circumstances, Target, Verdict } from '../policy/verdict.ts'
import type { AnswerSize, Decision, JudgedBy, SentBody, Utterance, Wait } from './life.ts'

/** How an action begins: judged, and waiting in the way that its requester asked for. */
export interface Admit {
  readonly kind: 'admit'
  readonly action: Action
  readonly verdict: Verdict
  readonly judgedBy: JudgedBy
  readonly circumstances: Circumstances
  /** The humans of the calling chain, each under one name: none of them decides. Empty where somebody did not resolve. */
  readonly chain: readonly PersonId[]
  /** How it would wait if it is held. */
  readonly wait: Exclude<Wait, 'none' | 'claimable'>
  /** The digest of the reason under the action's nonce: the text itself stays out of the record. */
  readonly reason: Digest | null
}

/** A new judgement of the stored facts, made when the action is about to run. */
export interface Judgement {
  readonly verdict: Verdict
  readonly judgedBy: JudgedBy
  /** What was true around it when policy was asked again; null where the first verdict stood. */
  readonly asked: { readonly target: Target; readonly circumstances: Circumstances } | null
  /** Somebody froze the agent, the resource or everything. */
  readonly frozen: boolean
  /** Whether each voter may still decide, by `mayDecide`. */
  readonly voters: ReadonlyMap<PersonId, Eligibility>
}

/** `changed`: an approved action could not run as it was shown any more. */
export type WithdrawnWhy = 'client-gone' | 'requester' | 'changed'

export type Event =
  | {
      readonly kind: 'approve'
      readonly decision: Decision & { readonly says: 'approve' }
      readonly eligibility: Eligibility
    }
  | {
      readonly kind: 'deny'
      readonly decision: Decision & { readonly says: 'deny' }
      readonly eligibility: Eligibility
    }
  | {
      readonly kind: 'ask'
      readonly utterance: Utterance
      readonly text: Digest
      readonly eligibility: Eligibility
    }
  | { readonly kind: 'answer'; readonly utterance: Utterance; readonly text: Digest }
  | { readonly kind: 'release' }
  | { readonly kind: 'withdraw'; readonly why: WithdrawnWhy }
  | { readonly kind: 'expire' }
  | { readonly kind: 'dispatch'; readonly digest: Digest; readonly judgement: Judgement }
  | {
      readonly kind: 'settle'
      readonly outcome: 'succeeded' | 'failed' | 'unknown'
      readonly answer: AnswerSize | null
      /** What went up under a `stream` permit; null where the digest covers all of it. */
      readonly body: SentBody | null
    }
  | { readonly kind: 'recover' }

export type EventOf<K extends Event['kind']> = Extract<Event, { readonly kind: K }>
