import type { EnvironmentId, GroupId, PersonId, ResourceId } from '@sallyport/core/action/ids'
import type { Group, Person } from '@sallyport/core/people/directory'
import type { Target } from '@sallyport/core/policy/verdict'
import type { Cap, FieldLabels } from '@sallyport/describe/http/cap'
import type { HttpRoute } from '@sallyport/describe/http/route'

/** sallyport.yaml, read once, checked once, frozen. Nothing else reads the file or the environment. */
export interface Configuration {
  readonly dataFolder: string
  readonly policyFolder: string
  /** Where people reach console and API, for links: `http://localhost:7070`. */
  readonly consoleUrl: string
  readonly consoleListen: Listen
  readonly httpListen: Listen & { readonly tls: Tls | null }
  /** Names of the HTTP door besides `localhost` and what is below it; any other Host is turned away. */
  readonly httpHosts: readonly string[]
  readonly people: ReadonlyMap<PersonId, Person>
  readonly groups: ReadonlyMap<GroupId, Group>
  readonly environments: ReadonlySet<EnvironmentId>
  readonly resources: ReadonlyMap<ResourceId, Resource>
  /** Changes to policy, resources, people and keys are not yet under the gate: the only mode of this build, and shown. */
  readonly changes: 'unguarded'
}

/** Port 0 asks the system for a free one. */
export interface Listen {
  readonly host: string
  readonly port: number
}

/** What the HTTP door shows of itself, and the key that proves it. */
export interface Tls {
  /** A file with the chain, the door's own certificate first. */
  readonly certificate: string
  /** `file:/path` or `credential:NAME`. */
  readonly key: string
}

/** Something protected. */
export interface Resource extends Target {
  readonly kind: 'http'
  /** Scheme, host, port and an optional path prefix. */
  readonly address: URL
  readonly credential: Credential | null
  /** Whether its target is told who calls. Names of persons are personal data, and many targets are somebody else's. */
  readonly identity: 'signed' | null
  readonly routes: readonly HttpRoute[]
  /** How much of an answer may go on; null where that is not limited. A route may say otherwise. */
  readonly cap: Cap | null
  readonly fields: FieldLabels
  /** How long a connection waits with a held action before it becomes claimable. */
  readonly liveWaitMs: number
}

/** Where the target's credential comes from and which header carries it. The value is fetched when it is injected. */
export interface Credential {
  readonly header: string
  /** `Bearer {}`: the value takes the place of the braces. */
  readonly format: string
  /** `env:NAME`, `file:/path` or `credential:NAME` (below `$CREDENTIALS_DIRECTORY`). */
  readonly secret: string
}
