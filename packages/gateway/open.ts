import { instant } from '@sallyport/core/given'
import type { Problem } from '@sallyport/core/policy/rule'
import { redactText } from '@sallyport/core/redact/redact'
import { safe } from '@sallyport/core/redact/redacted'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import { type Metrics, openMetrics } from './api/metrics.ts'
import { openApi } from './api/open.ts'
import type { ApiParts } from './api/parts.ts'
import { type ApiListening, serveApi } from './api/serve.ts'
import type { Configuration } from './config/configuration.ts'
import type { Proved, ToldOfItself } from './doors/http/ask.ts'
import { type Listening, openHttpDoor } from './doors/http/door.ts'
import type { Certificate } from './doors/http/server.ts'
import type { Identity } from './identity/identity.ts'
import { clock, type Inside, openInside } from './inside.ts'
import { type Log, openLog } from './log.ts'
import { ENGINES } from './policy/in-force.ts'
import { logReader } from './record/log.ts'
import { loadCertificate } from './secrets/certificate.ts'
import type { StoreFailure } from './store/failure.ts'

const TOLD_LIMIT_CHARS = 200

export interface GatewayOptions {
  readonly configuration: Configuration
  readonly version: string
  /** A variable of the environment, for `env:` secrets. */
  readonly variable: (name: string) => string | undefined
  /** Where log lines go. */
  readonly write: (line: string) => void
}

export interface Gateway {
  /** As people reach it; where the configuration says port 0, with the port that was found. */
  readonly consoleUrl: string
  readonly httpUrl: string
  /**
   * Puts another configuration, the policy folder and a renewed certificate in force, or says why not and changes nothing:
   * `KeyProblem` for the certificate. Ports, TLS or none, and data folder stay.
   */
  reload(configuration: Configuration): Promise<readonly Problem[]>
  /** Resolves when nothing can be recorded any more, so that nothing can be let through: only another process can go on. */
  readonly failed: Promise<StoreFailure>
  /** Takes nothing new, lets what runs end for this long, then stops. */
  close(drainMs: number): Promise<void>
}

export type Opening =
  | { readonly kind: 'opened'; readonly gateway: Gateway }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

/** The whole gateway, from the inside out. No door listens before everything behind it stands. */
export async function openGateway({
  configuration,
  version,
  variable,
  write,
}: GatewayOptions): Promise<Opening> {
  const log = openLog(write, clock)
  const certificateOf = ({ httpListen: { tls } }: Configuration): Certificate | null =>
    tls === null ? null : loadCertificate(tls, variable, new Date(clock()))
  const certificate = certificateOf(configuration)
  const closing: (() => Promise<void> | void)[] = []
  const onClose = (close: () => Promise<void> | void): void => void closing.push(close)
  const closeAll = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close()
  }
  try {
    const inside = await openInside({ configuration, variable, log, onClose })
    if (inside.kind === 'rejected') {
      await closeAll()
      return inside
    }
    const metrics = openMetrics(inside.store, () => inside.publisher.current()?.size ?? 0)
    onClose(() => metrics.stop())
    const outside = await openOutside(inside, { ...configuration, certificate }, version, metrics, log)
    return { kind: 'opened', gateway: gatewayOf(inside, outside, certificateOf, metrics, log, closeAll) }
  } catch (cause) {
    await closeAll()
    throw cause
  }
}

interface Outside {
  readonly door: Listening
  readonly api: ApiListening
}

/** The doors and the console. A port that is taken stops the start before anything was let in. */
async function openOutside(
  inside: Inside,
  {
    consoleListen,
    httpListen,
    httpHosts,
    certificate,
  }: Configuration & { readonly certificate: Certificate | null },
  version: string,
  metrics: Metrics,
  log: Log,
): Promise<Outside> {
  const parts = apiParts(inside, version, log)
  const api = await serveApi(openApi(parts, metrics), consoleListen, clock)
  if (consoleListen.port === 0) inside.consoleUrl = `http://localhost:${api.port}`
  try {
    const door = await openHttpDoor(
      {
        guard: inside.guard,
        prove: (key, told) => prove(inside.identity, key, told),
        resources: (id) => inside.resources.configured(id),
        hosts: httpHosts,
        consoleUrl: inside.consoleUrl,
        log,
      },
      { ...httpListen, certificate },
    )
    return { door, api }
  } catch (cause) {
    await api.drain(clock())
    throw cause
  }
}

/** A key, and what came with it: claimed, redacted, and shown as claimed. */
async function prove(
  identity: Identity,
  key: string,
  { run, model, session }: ToldOfItself,
): Promise<Proved | Refusal> {
  const caller = await identity.caller(key, {
    ...(run !== undefined && { run: redactText(run, TOLD_LIMIT_CHARS) }),
    ...(model !== undefined && { model: redactText(model, TOLD_LIMIT_CHARS) }),
  })
  if ('code' in caller) return caller
  return { kind: 'proved', caller, session: identity.sessionOf(caller, session ?? null, clock()) }
}

function apiParts(inside: Inside, version: string, log: Log): ApiParts {
  const { guard, desk, store, identity, policy, resources, publisher, verifierKey, jwks } = inside
  return {
    guard,
    desk,
    store,
    identity,
    policy: () => policy.current,
    configuration: {
      get resources() {
        return inside.current.resources
      },
      changes: inside.current.changes,
    },
    describe: (asked) => resources.describe(asked),
    record: { readLog: logReader(store, publisher), publisher, verifierKey },
    jwks,
    replaying: ENGINES,
    consoleUrl: () => inside.consoleUrl,
    origins: () => originsOf(inside.consoleUrl),
    version,
    ready: () => publisher.problem() === undefined,
    clock,
    log,
  }
}

/** Browsers say `localhost` and `127.0.0.1` for the same loopback. */
function originsOf(consoleUrl: string): readonly string[] {
  const { hostname, port, protocol } = new URL(consoleUrl)
  return hostname === 'localhost' ? [consoleUrl, `${protocol}//127.0.0.1:${port}`] : [consoleUrl]
}

function gatewayOf(
  inside: Inside,
  { door, api }: Outside,
  certificateOf: (next: Configuration) => Certificate | null,
  metrics: Metrics,
  log: Log,
  closeAll: () => Promise<void>,
): Gateway {
  return {
    failed: new Promise((resolve) => void inside.store.onFailed(resolve)),
    consoleUrl: inside.consoleUrl,
    httpUrl: `${inside.current.httpListen.tls === null ? 'http' : 'https'}://localhost:${door.port}`,
    async reload(next) {
      // Throws before anything is changed.
      const certificate = certificateOf(next)
      const prepared = await inside.policy.prepare(next)
      if (prepared.kind === 'rejected') {
        metrics.policyReloadFailed()
        return prepared.problems
      }
      // People first: whoever lost the right to decide must not count for a moment longer than need be.
      inside.current = next
      await inside.identity.reload()
      inside.resources.reload(next)
      await prepared.putInForce()
      if (certificate !== null) door.renew(certificate)
      log(safe`configuration and policies were read again and are in force`)
      return []
    },
    async close(drainMs) {
      await Promise.all([door.drain(drainMs), api.drain(instant(clock() + drainMs))])
      await closeAll()
    },
  }
}
