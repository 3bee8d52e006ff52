import type { Redacted } from '@sallyport/core/redact/redacted'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import type { Guard } from '../../guard/guard.ts'
import type { Proved, ToldOfItself } from './ask.ts'
import type { Incoming } from './exchange.ts'
import type { Waits } from './limits.ts'
import type { Resources } from './resource.ts'
import type { Space } from './space.ts'

/** What the door is handed. It knows nothing of policy, people or storage. */
export interface HttpDoorParts {
  readonly guard: Guard
  /** Identity: whose key this is. */
  readonly prove: (key: string, told: ToldOfItself) => Promise<Proved | Refusal>
  readonly resources: Resources
  /** Names of this door besides `localhost` and what is below it. */
  readonly hosts: readonly string[]
  /** Where a handle is asked for its answer. */
  readonly consoleUrl: string
  readonly log: (event: Redacted, cause?: unknown) => void
}

/** What one request is served with. */
export interface Serving extends HttpDoorParts {
  readonly knownHosts: ReadonlySet<string>
  readonly space: Space
  readonly waits: Waits
  /** Whoever sent this is no stranger: its connection is theirs. */
  readonly proved: (incoming: Incoming, who: string) => void
  /** Its connection is not idle until the function that it returns is called. */
  readonly busy: (incoming: Incoming) => () => void
}
