import type { ActionId, Digest, PersonId, ResourceId } from '@sallyport/core/action/ids'
import type { Clock, RandomBytes, Sha256 } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Proof } from '@sallyport/core/people/caller'
import type { Directory } from '@sallyport/core/people/directory'
import type { AdminRight, PeopleRight, Question, Target, Verdict } from '@sallyport/core/policy/verdict'
import type { Redacted } from '@sallyport/core/redact/redacted'
import type { Store } from '../store/store.ts'
import type { Upstream } from '../upstreams/upstream.ts'

/** Everything that the guard is given. It reaches for nothing else, so that a simulation can hand in a world of its own. */
export interface GuardParts {
  readonly store: Store
  /** The policy set in force now; another object after a reload. */
  readonly policy: () => PolicyInForce
  /** Everybody known now, and the digest under which that is archived. */
  readonly directory: () => { readonly directory: Directory; readonly digest: Digest }
  readonly resource: (id: ResourceId) => Guarded | undefined
  readonly seal: Seal
  /** HMAC under a key outside the database: finds a claim again without telling what it is. */
  readonly tag: (bytes: Uint8Array) => string
  /** Whether the key or sign-in that proved a caller has not ended since. */
  readonly stillProved: (proof: Proof) => boolean
  /** Digest of the card that a reviewer of this action is shown now. */
  readonly cardDigest: (life: Life) => Digest
  readonly clock: Clock
  readonly timer: Timer
  readonly random: RandomBytes
  readonly sha256: Sha256
  readonly log: (event: Redacted, cause?: unknown) => void
}

export interface PolicyInForce {
  readonly digest: Digest
  decide(question: Question, directory: Directory): Verdict
  permits(person: PersonId, right: PeopleRight, target: Target, directory: Directory): boolean
  administers(person: PersonId, right: AdminRight, directory: Directory): boolean
}

/** A resource as the guard sees it. */
export interface Guarded {
  readonly target: Target
  /** Where it is, in one spelling. */
  readonly address: string
  /** Digest of all that is configured of it: an approval or a waiver does not follow a resource to another address, environment or reading of its routes. */
  readonly configured: Digest
  readonly liveWaitMs: number
  readonly upstream: Upstream
}

/** Sealing under a key outside the database, bound to the action and what it is for. `open` throws on any other. */
export interface Seal {
  seal(bytes: Uint8Array, action: ActionId, purpose: 'payload' | 'answer'): Uint8Array
  open(sealed: Uint8Array, action: ActionId, purpose: 'payload' | 'answer'): Uint8Array
}

/** Calls back once after `waitMs`, unless cancelled by the function that it returns. */
export type Timer = (waitMs: number, then: () => void) => () => void
