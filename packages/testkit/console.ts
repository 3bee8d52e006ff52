import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { canonicalText } from '@sallyport/core/action/canonical'
import { contentDigest } from '@sallyport/core/action/digest'
import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import { type Clock, type Instant, instant } from '@sallyport/core/given'
import { verifierOf } from '@sallyport/core/ledger/note'
import type { Life } from '@sallyport/core/lifecycle/life'
import { loadPolicies } from '@sallyport/core/policy/load'
import type { PolicySet } from '@sallyport/core/policy/policy-set'
import { safe } from '@sallyport/core/redact/redacted'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import { type Metrics, openMetrics } from '@sallyport/gateway/api/metrics'
import { openApi } from '@sallyport/gateway/api/open'
import type { ApiParts } from '@sallyport/gateway/api/parts'
import { serveApi } from '@sallyport/gateway/api/serve'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { directoryOf } from '@sallyport/gateway/config/directory'
import { readConfiguration } from '@sallyport/gateway/config/load'
import type { Answer } from '@sallyport/gateway/guard/answer'
import { NO_CONTENT } from '@sallyport/gateway/guard/content'
import type { Admission, Asked } from '@sallyport/gateway/guard/guard'
import { openGuard } from '@sallyport/gateway/guard/open'
import type { Guarded } from '@sallyport/gateway/guard/parts'
import { spend } from '@sallyport/gateway/guard/permit'
import { type Identity, openIdentity } from '@sallyport/gateway/identity/identity'
import { drawToken } from '@sallyport/gateway/identity/token'
import { ed25519Verify } from '@sallyport/gateway/keys/ed25519'
import { type Keys, openKeys } from '@sallyport/gateway/keys/keys'
import { sha256 } from '@sallyport/gateway/keys/sha256'
import { logReader } from '@sallyport/gateway/record/log'
import { openPublisher, type Publisher } from '@sallyport/gateway/record/publisher'
import { openSeal } from '@sallyport/gateway/seal/seal'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import type { Store } from '@sallyport/gateway/store/store'
import { describedByMethod } from './described-by-method.ts'
import { named } from './identity.ts'

/**
 * A gateway as its API and page see it, on a real port: real store, identity, policy, guard and record. Only the doors are
 * missing, and the target is a function that counts what reached it.
 */
export interface Console {
  readonly url: string
  /** Where it really listens. */
  readonly address: string
  readonly store: Store
  readonly identity: Identity
  readonly parts: ApiParts
  readonly operatorToken: string
  readonly policy: PolicySet
  /** Whatever reached the target, as text. */
  readonly sent: string[]
  readonly metrics: Metrics
  /** What was logged as failed. */
  readonly failures: readonly unknown[]
  now: Instant
  /** A fresh key of an agent. */
  key(agent: string): Promise<string>
  /** Signs somebody in as a browser does, by a link of the operator or of another person. */
  browser(person: string, linkBy?: string): Promise<Browser>
  /** Signs in by this link. */
  follow(link: string): Promise<Browser>
  /** The token of somebody's command line. */
  token(person: string): Promise<string>
  /** Holds an action of this caller without a door. */
  hold(asked?: Partial<Asked>): Promise<Life>
  close(): Promise<void>
}

export interface Browser {
  readonly cookie: string
  readonly pageKey: string
  get(path: string): Promise<Response>
  /** A form of our page. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response>
  /** What a script of our page would send. */
  send(method: string, path: string, body?: unknown): Promise<Response>
}

export interface Settings {
  readonly yaml: string
  readonly policies: { readonly actions: string; readonly people: string; readonly admin: string }
  /** As browsers see it, where that is not the port itself. */
  readonly consoleUrl?: string
}

const LOG = 'sallyport.test/console'

export async function openConsole(settings: Settings): Promise<Console> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-console-'))
  const configuration = configured(settings.yaml)
  const keys = openKeys(folder, false, randomBytes)
  const store = await openSqliteStore({ folder: join(folder, 'store') })
  const publisher = await publisherOf(store, keys, folder)
  const operatorToken = drawToken('operator', randomBytes)
  const world = { now: instant(Date.parse('2026-11-20T12:00:00Z')), url: '' }
  const clock: Clock = () => world.now
  const given = { store, clock, random: randomBytes, sha256 }
  const directory = (agents: Parameters<typeof directoryOf>[1]) => directoryOf(configuration, agents)
  const identity = await openIdentity({ ...given, keys, operatorToken, directory })
  const policy = await loadedPolicy(settings, configuration, store, clock)
  const [sent, failures]: [string[], unknown[]] = [[], []]
  const targets = targetsOf(configuration, sent)
  const { guard, desk, stop } = await openGuard({
    ...given,
    policy: () => policy,
    directory: () => identity.directory(),
    resource: (id) => targets.get(id),
    seal: openSeal(keys.seal, randomBytes),
    tag: keys.tag,
    // What is held here without a door was proved by nothing, and so by nothing that ended.
    stillProved: () => true,
    cardDigest: (life) => cardDigest({ basis: basisOf(life, identity.directory().directory) }, sha256),
    timer,
    log: () => undefined,
  })
  const parts: ApiParts = {
    guard,
    desk,
    store,
    identity,
    policy: () => policy,
    configuration,
    describe: (asked) => ({ described: describedByMethod(asked), message: asked, content: NO_CONTENT }),
    record: { readLog: logReader(store, publisher), publisher, verifierKey: keys.log.verifierLine(LOG) },
    jwks: keys.jwks,
    replaying: { cedar, sha256 },
    consoleUrl: () => world.url,
    origins: () => [world.url],
    version: '0.1.0',
    ready: () => true,
    clock,
    log: (event, cause) => failures.push([event, cause]),
  }
  const metrics = openMetrics(store, () => publisher.current()?.size ?? 0)
  const listening = await serveApi(openApi(parts, metrics), { host: '127.0.0.1', port: 0 }, clock)
  const address = `http://127.0.0.1:${listening.port}`
  world.url = settings.consoleUrl ?? address
  const close = async () => {
    metrics.stop()
    await listening.drain(world.now)
    stop()
    await publisher.close()
    await store.close()
  }
  const made = { address, store, identity, parts, operatorToken, policy, sent, metrics, failures, close }
  return Object.assign(world, made, peopleOf(identity, parts, address, world))
}

/** Before the first leaf, as the gateway does: a store with leaves and no checkpoint beside it is one that was put back. */
function publisherOf(store: Store, keys: Keys, folder: string): Promise<Publisher> {
  return openPublisher({
    store,
    signer: keys.log.signer(LOG),
    verifier: verifierOf(keys.log.verifierKey(LOG), ed25519Verify),
    keptPath: join(folder, 'checkpoint'),
  })
}

/** How people and agents come to what they prove themselves with. */
function peopleOf(
  identity: Identity,
  parts: ApiParts,
  address: string,
  world: { readonly url: string },
): Pick<Console, 'key' | 'browser' | 'follow' | 'token' | 'hold'> {
  const follow = (link: string) => signedInBy(link, address, world.url)
  return {
    follow,

    key: async (agent) => had(await identity.rotateKey(named('agent', agent), 'operator')).key,

    async token(person) {
      const { code, secret } = had(await identity.beginPairing())
      had(await identity.confirmPairing(code, { person: named('person', person), madeBy: null }))
      const paired = had(await identity.pollPairing(secret))
      if (paired === 'waiting') throw new Error('the pairing was confirmed and still waits')
      return paired.token
    },

    async browser(person, linkBy) {
      const by = linkBy === undefined ? 'operator' : named('person', linkBy)
      const { token } = had(await identity.makeLink(named('person', person), by))
      return follow(`${world.url}/sign-in/${token}`)
    },

    async hold(asked = {}) {
      const agent = named('agent', 'invoice-bot')
      const known = identity.directory().directory.agents.get(agent)
      if (known === undefined) throw new Error('create the agent first')
      const caller = {
        agents: [agent],
        owner: known.owner,
        actsFor: [],
        proof: { kind: 'agent-key', key: 'k', madeBy: null },
      } as const
      const { described = describedByMethod({ method: 'DELETE', path: '/customers/42' }) } = asked
      const admission = await admitted(parts, {
        caller,
        session: identity.sessionOf(asked.caller ?? caller, 'a session', parts.clock()),
        resource: named('resource', 'customers'),
        described,
        message: { line: described.command.line },
        content: NO_CONTENT,
        reason: null,
        wait: 'parked',
        idempotencyKey: null,
        ...asked,
      })
      if (admission.kind !== 'parked') throw new Error(`not held: ${JSON.stringify(admission)}`)
      return admission.life
    },
  }
}

async function signedInBy(link: string, address: string, origin: string): Promise<Browser> {
  const signedIn = await fetch(address + new URL(link).pathname, {
    method: 'POST',
    headers: { origin },
    redirect: 'manual',
  })
  const [cookie] = (signedIn.headers.get('set-cookie') ?? '').split(';')
  const answer = await signedIn.text()
  const pageKey = /data-page-key="([^"]+)"/.exec(answer)?.[1]
  if (!cookie || pageKey === undefined) throw new Error(`nobody was signed in: ${answer}`)
  return browserOf(cookie, pageKey, address, origin)
}

function browserOf(cookie: string, pageKey: string, address: string, origin: string): Browser {
  const call = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: string) =>
    fetch(address + path, {
      method,
      headers: { cookie, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
  return {
    cookie,
    pageKey,
    get: (path) => call('GET', path, {}),
    submit: (path, fields) =>
      call(
        'POST',
        path,
        { origin, 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({ pageKey, ...fields }).toString(),
      ),
    send: (method, path, body) =>
      call(
        method,
        path,
        {
          origin,
          'sallyport-csrf': pageKey,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body === undefined ? undefined : JSON.stringify(body),
      ),
  }
}

async function admitted({ guard }: ApiParts, asked: Asked): Promise<Admission> {
  const way = guard.admit(asked, new AbortController().signal, Promise.resolve())
  for (;;) {
    const next = await way.next()
    if (next.done) return next.value
  }
}

function configured(yaml: string): Configuration {
  const around = { variable: () => undefined, home: '/home', folder: '/' }
  const loading = readConfiguration('/sallyport.yaml', yaml, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  return loading.configuration
}

/** Loads the set and archives it, as the gateway does before anything is judged by it. */
async function loadedPolicy(
  { policies }: Settings,
  configuration: Configuration,
  store: Store,
  clock: Clock,
): Promise<PolicySet> {
  const file = (set: keyof typeof policies) => [{ path: `${set}/all.cedar`, text: policies[set] }]
  const loaded = loadPolicies(
    { actions: file('actions'), people: file('people'), admin: file('admin') },
    {
      cedar,
      sha256,
      groups: new Set(configuration.groups.keys()),
      environments: new Set(
        [...configuration.resources.values()].flatMap(({ environments }) => environments),
      ),
      resources: new Set(configuration.resources.keys()),
    },
  )
  if (loaded.kind === 'rejected') throw new Error(JSON.stringify(loaded.problems))
  const { policy } = loaded
  const { digest } = policy
  const note = safe`loaded for a test`
  await store.move({
    writes: [{ kind: 'archive', digest, content: canonicalText(policy.archive) }],
    leaves: [
      {
        v: 1,
        at: clock(),
        kind: 'changed',
        what: 'policy',
        event: 'loaded',
        name: 'policy',
        by: null,
        digest,
        unguarded: true,
        note,
      },
    ],
  })
  return policy
}

/** Each resource with a target that answers everything and counts it. */
function targetsOf({ resources }: Configuration, sent: string[]): ReadonlyMap<string, Guarded> {
  const targetOf = (resource: Guarded['target']): Guarded => ({
    target: resource,
    address: 'http://target',
    configured: contentDigest(sha256, resource.id),
    liveWaitMs: 50_000,
    upstream: {
      async send(permit, canonical) {
        spend(permit, canonical, sha256)
        sent.push(new TextDecoder().decode(canonical))
        return answered()
      },
      reachable: async () => true,
      close: async () => undefined,
    },
  })
  return new Map([...resources.values()].map((resource) => [resource.id, targetOf(resource)]))
}

function answered(): Answer {
  const body = new TextEncoder().encode('<script>alert(1)</script>')
  return {
    kind: 'http',
    status: 200,
    headers: [['content-type', 'text/html']],
    body: Readable.from([body]),
    outcome: Promise.resolve({ kind: 'succeeded', answer: { status: 200, bytes: body.length }, body: null }),
  }
}

function timer(waitMs: number, then: () => void): () => void {
  const timeout = setTimeout(then, waitMs)
  return () => clearTimeout(timeout)
}

function had<T>(answer: T | Refusal): T {
  if (typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer) {
    throw new Error(`${answer.code}: ${answer.detail}`)
  }
  return answer
}
