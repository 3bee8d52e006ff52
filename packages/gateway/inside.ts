import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import { type Clock, instant } from '@sallyport/core/given'
import { verifierOf } from '@sallyport/core/ledger/note'
import type { Problem } from '@sallyport/core/policy/rule'
import type { Configuration } from './config/configuration.ts'
import { directoryOf } from './config/directory.ts'
import type { Desk, Guard } from './guard/guard.ts'
import { openGuard } from './guard/open.ts'
import type { Timer } from './guard/parts.ts'
import { type Identity, openIdentity } from './identity/identity.ts'
import { openOperatorToken } from './identity/operator.ts'
import { ed25519Verify } from './keys/ed25519.ts'
import type { JwkSet } from './keys/identity.ts'
import { type Keys, openKeys } from './keys/keys.ts'
import { pooledRandom } from './keys/random.ts'
import { sha256 } from './keys/sha256.ts'
import type { Log } from './log.ts'
import { openPolicies, type PolicyInForce } from './policy/in-force.ts'
import { openPublisher, type Publisher } from './record/publisher.ts'
import { openResources, type Resources } from './resources.ts'
import { openSeal } from './seal/seal.ts'
import { openSecrets } from './secrets/secrets.ts'
import { DATABASE_FILE } from './store/sqlite/database.ts'
import { openSqliteStore } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'

/** Everything behind the doors. */
export interface Inside {
  readonly kind: 'inside'
  readonly store: Store
  readonly policy: PolicyInForce
  readonly identity: Identity
  readonly resources: Resources
  readonly guard: Guard
  readonly desk: Desk
  readonly publisher: Publisher
  /** The line that a verifier of the log needs. */
  readonly verifierKey: string
  /** By these keys targets verify who calls. */
  readonly jwks: JwkSet
  /** The configuration in force; a reload sets another. */
  current: Configuration
  /** As people and targets reach it; with the port that was found, once there is one. */
  consoleUrl: string
}

export interface InsideParts {
  readonly configuration: Configuration
  readonly variable: (name: string) => string | undefined
  readonly log: Log
  /** What was opened says here how it is closed; the last is closed first. */
  readonly onClose: (close: () => Promise<void> | void) => void
}

export const clock: Clock = () => instant(Date.now())

const timer: Timer = (waitMs, then) => {
  const timeout = setTimeout(then, waitMs)
  return () => clearTimeout(timeout)
}

/**
 * Keys, store, record, policy, people, guard: in this order, since each stands on those before it. Whatever cannot be opened
 * stops the start with its own message. When this is done the guard has named what a crash left behind.
 */
export async function openInside({
  configuration,
  variable,
  log,
  onClose,
}: InsideParts): Promise<Inside | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }> {
  const { dataFolder } = configuration
  const keys = openKeys(dataFolder, existsSync(join(dataFolder, DATABASE_FILE)), randomBytes)
  const store = await openSqliteStore({ folder: dataFolder })
  onClose(() => store.close())
  // Before anything is written or sent: a store that was put back must not run again what it had run.
  const publisher = await openRecord(keys, store, dataFolder)
  onClose(() => publisher.close())

  const opened = await openPolicies(configuration, store, clock)
  if (opened.kind === 'rejected') return opened
  const { policy } = opened

  const force = { current: configuration, consoleUrl: configuration.consoleUrl }
  const given = { store, clock, random: pooledRandom(), sha256 }
  const identity = await openIdentity({
    ...given,
    keys,
    operatorToken: openOperatorToken(dataFolder, randomBytes),
    directory: (agents) => directoryOf(force.current, agents),
  })
  const resources = openResources(configuration, openSecrets(variable), {
    ...given,
    identityKey: keys.identity,
    issuer: () => force.consoleUrl,
  })
  onClose(() => resources.close())

  const { guard, desk, stop } = await openGuard({
    ...given,
    policy: () => policy.current,
    directory: () => identity.directory(),
    resource: (id) => resources.guarded(id),
    seal: openSeal(keys.seal, randomBytes),
    tag: keys.tag,
    stillProved: (proof) => identity.stillProved(proof),
    cardDigest: (life) => cardDigest({ basis: basisOf(life, identity.directory().directory) }, sha256),
    timer,
    log,
  })
  onClose(stop)

  return Object.assign(force, {
    kind: 'inside' as const,
    store,
    policy,
    identity,
    resources,
    guard,
    desk,
    publisher,
    verifierKey: keys.log.verifierLine(keys.log.origin),
    jwks: keys.jwks,
  })
}

/** The last signed checkpoint lies beside the key and not in the store: a store that was put back is noticed. */
function openRecord({ log: key }: Keys, store: Store, dataFolder: string): Promise<Publisher> {
  return openPublisher({
    store,
    signer: key.signer(key.origin),
    verifier: verifierOf(key.verifierKey(key.origin), ed25519Verify),
    keptPath: join(dataFolder, 'keys', 'checkpoint'),
  })
}
