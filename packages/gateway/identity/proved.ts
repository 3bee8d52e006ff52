import type { PersonId } from '@sallyport/core/action/ids'
import type { Presence } from '@sallyport/core/lifecycle/life'
import type { Caller, Maker } from '@sallyport/core/people/caller'
import type { Refusal } from '@sallyport/core/refusal/refusal'

/**
 * Who somebody is, once a token was looked at. Only a browser session with the key of its page carries a presence, and a
 * decision needs one: neither a cookie alone nor the key of an agent nor a file on a laptop nor the operator's token can be made into it (claim A3).
 */
export type Proved = ProvedAgent | ProvedPerson | ProvedOperator

export interface ProvedAgent {
  readonly kind: 'agent'
  readonly caller: Caller
}

export interface ProvedPerson {
  readonly kind: 'person'
  readonly person: PersonId
  /** This person acting alone. */
  readonly caller: Caller
  readonly madeBy: Maker
  readonly presence: Presence | null
}

/** Whoever runs the gateway on this machine. Nobody in the directory, so nobody who asks or decides. */
export interface ProvedOperator {
  readonly kind: 'operator'
}

export function isRefusal<T extends object>(answer: T | Refusal): answer is Refusal {
  return 'kind' in answer && answer.kind === 'refusal'
}
