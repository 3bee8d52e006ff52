import type { AskedAction } from '@sallyport/contract/action'
import type { Clock } from '@sallyport/core/given'
import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { ReplayEngines } from '@sallyport/core/policy/replay'
import type { Redacted } from '@sallyport/core/redact/redacted'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import type { Configuration } from '../config/configuration.ts'
import type { Asked, Desk, Guard } from '../guard/guard.ts'
import type { Identity } from '../identity/identity.ts'
import type { JwkSet } from '../keys/identity.ts'
import type { ReadLog } from '../record/log.ts'
import type { Publisher } from '../record/publisher.ts'
import type { Store } from '../store/store.ts'

/** Everything that API and page are given. Rules about who may do what are the desk's, the policy's and `mayDecide`'s. */
export interface ApiParts {
  readonly guard: Guard
  readonly desk: Desk
  readonly store: Store
  readonly identity: Identity
  readonly policy: () => Pick<PolicySet, 'digest' | 'permits' | 'administers' | 'holds'>
  readonly configuration: Pick<Configuration, 'resources' | 'changes'>
  /** What a request of an HTTP resource does, just as its door would say it: a handle must not be judged otherwise than a connection. */
  readonly describe: (request: AskedAction) => Pick<Asked, 'described' | 'message' | 'content'> | Refusal
  readonly record: {
    readonly readLog: ReadLog
    readonly publisher: Pick<Publisher, 'current' | 'covering'>
    /** The line that a verifier needs (C2SP signed-note). */
    readonly verifierKey: string
  }
  /** By these keys targets verify who calls. */
  readonly jwks: JwkSet
  readonly replaying: ReplayEngines
  /** `http://localhost:7070`, the first of `origins`. */
  readonly consoleUrl: () => string
  /** Every scheme, host and port by which browsers may come here. Others are turned away. */
  readonly origins: () => readonly string[]
  readonly version: string
  readonly ready: () => boolean
  readonly clock: Clock
  readonly log: (event: Redacted, cause?: unknown) => void
}
