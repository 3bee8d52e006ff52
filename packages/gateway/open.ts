import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceId } from '@sallyport/core/action/ids'
import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import { type Clock, instant } from '@sallyport/core/given'
import { verifierOf } from '@sallyport/core/ledger/note'
import type { Problem as PolicyProblem } from '@sallyport/core/policy/rule'
import { safe } from '@sallyport/core/redact/redacted'
import { type Metrics, openMetrics } from './api/metrics.ts'
import { openApi } from './api/open.ts'
import { serveApi } from './api/serve.ts'
import type { Configuration } from './config/configuration.ts'
import { directoryOf } from './config/directory.ts'
import { openHttpDoor } from './doors/http/door.ts'
import { openGuard } from './guard/open.ts'
import type { Timer } from './guard/parts.ts'
import { openIdentity } from './identity/identity.ts'
import { openOperatorToken } from './identity/operator.ts'
import { ed25519Verify } from './keys/ed25519.ts'
import { openKeys } from './keys/keys.ts'
import { sha256 } from './keys/sha256.ts'
import { openLog } from './log.ts'
import { ENGINES, openPolicies } from './policy/in-force.ts'
import { logReader } from './record/log.ts'
import { openPublisher } from './record/publisher.ts'
import { openResources } from './resources.ts'
import { openSeal } from './seal/seal.ts'
import { openSecrets } from './secrets/secrets.ts'
import { DATABASE_FILE } from './store/sqlite/database.ts'
import { openSqliteStore } from './store/sqlite/open.ts'

export interface GatewayOptions {
  readonly configuration: Configuration
  readonly version: string
  /** A variable of the environment, for `env:` secrets. */
  readonly variable: (name: string) => string | undefined
  /** Where log lines go. */
  readonly write: (line: string) => void
}

export interface Gateway {
  /** As people reach it; with a port of 0 in the configuration, the port that was found. */
  readonly consoleUrl: string
  readonly httpUrl: string
  /** Puts another configuration and the policy folder in force, or says why not and changes nothing. Ports and data folder stay. */
  reload(configuration: Configuration): Promise<readonly PolicyProblem[]>
  /** Takes nothing new, lets what runs end for this long, then stops. */
  close(drainMs: number): Promise<void>
}

export type Opening =
  | { readonly kind: 'opened'; readonly gateway: Gateway }
  | { readonly kind: 'rejected'; readonly problems: readonly PolicyProblem[] }

const clock: Clock = () => instant(Date.now())

const timer: Timer = (waitMs, then) => {
  const timeout = setTimeout(then, waitMs)
  return () => clearTimeout(timeout)
}

/**
 * The whole gateway, from the inside out: keys, store, policy, people, guard, and only then the doors. Whatever cannot be
 * opened stops the start with its own message; nothing listens before the guard has named what a crash left behind.
 */
export async function openGateway({
  configuration,
  version,
  variable,
  write,
}: GatewayOptions): Promise<Opening> {
  const log = openLog(write, clock)
  const { dataFolder } = configuration
  const keys = openKeys(dataFolder, existsSync(join(dataFolder, DATABASE_FILE)), randomBytes)
  const store = await openSqliteStore({ folder: dataFolder })
  const closing: (() => Promise<void> | void)[] = [() => store.close()]
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close()
  }
  try {
    const policies = await openPolicies(configuration, store, clock)
    if (policies.kind === 'rejected') {
      await closeAll()
      return policies
    }
    const { policy } = policies
    let current = configuration

    const given = { store, clock, random: randomBytes, sha256 }
    const identity = await openIdentity({
      ...given,
      keys,
      operatorToken: openOperatorToken(dataFolder, randomBytes),
      directory: (agents) => directoryOf(current, agents),
    })
    const resources = openResources(configuration, openSecrets(variable))
    closing.push(() => resources.close())

    const { guard, desk, stop } = await openGuard({
      ...given,
      policy: () => policy.current,
      directory: () => identity.directory(),
      resource: (id) => resources.guarded(id),
      seal: openSeal(keys.seal, randomBytes),
      tag: keys.tag,
      cardDigest: (life) => cardDigest({ basis: basisOf(life, identity.directory().directory) }, sha256),
      timer,
      log,
    })
    closing.push(stop)

    const origin = keys.log.origin
    const publisher = await openPublisher({
      store,
      signer: keys.log.signer(origin),
      verifier: verifierOf(keys.log.verifierKey(origin), ed25519Verify),
      keptPath: join(dataFolder, 'keys', 'checkpoint'),
    })
    closing.push(() => publisher.close())

    const metrics: Metrics = openMetrics(store, () => publisher.current()?.size ?? 0)
    closing.push(() => metrics.stop())

    const door = await openHttpDoor({
      guard,
      identity,
      resources: (id: ResourceId) => resources.configured(id),
      listen: configuration.httpListen,
      consoleUrl: () => consoleUrl,
      clock,
      log,
    })
    let consoleUrl = configuration.consoleUrl
    const api = await serveApi(
      openApi(
        {
          guard,
          desk,
          store,
          identity,
          policy: () => policy.current,
          configuration: {
            get resources() {
              return current.resources
            },
            changes: configuration.changes,
          },
          describe: (asked) => resources.describe(asked),
          record: {
            readLog: logReader(store, publisher),
            publisher,
            verifierKey: keys.log.verifierLine(origin),
          },
          replaying: ENGINES,
          consoleUrl: () => consoleUrl,
          origins: () => originsOf(consoleUrl),
          version,
          ready: () => publisher.problem() === undefined,
          clock,
          log,
        },
        metrics,
      ),
      configuration.consoleListen,
      clock,
    )
    if (configuration.consoleListen.port === 0) consoleUrl = `http://localhost:${api.port}`

    const gateway: Gateway = {
      get consoleUrl() {
        return consoleUrl
      },
      httpUrl: `http://localhost:${door.port}`,
      async reload(next) {
        const problems = await policy.reload(next)
        if (problems.length > 0) {
          metrics.policyReloadFailed()
          return problems
        }
        current = next
        resources.reload(next)
        await identity.reload()
        log(safe`configuration and policies were put in force again`)
        return []
      },
      async close(drainMs) {
        const by = instant(clock() + drainMs)
        await Promise.all([door.drain(by), api.drain(by)])
        await closeAll()
      },
    }
    return { kind: 'opened', gateway }
  } catch (cause) {
    await closeAll()
    throw cause
  }
}

/** Browsers say `localhost` and `127.0.0.1` for the same loopback. */
function originsOf(consoleUrl: string): readonly string[] {
  const { hostname, port, protocol } = new URL(consoleUrl)
  if (hostname !== 'localhost') return [consoleUrl]
  return [consoleUrl, `${protocol}//127.0.0.1:${port}`]
}
