import { createHash, createHmac } from 'node:crypto'
import { contentDigest } from '@sallyport/core/action/digest'
import type { Effect } from '@sallyport/core/action/effect'
import { type ActionId, type Digest, type PersonId, parseDrawn } from '@sallyport/core/action/ids'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { type Instant, instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import { safe } from '@sallyport/core/redact/redacted'
import type { Answer, Outcome } from '@sallyport/gateway/guard/answer'
import { NO_CONTENT } from '@sallyport/gateway/guard/content'
import type { Admission, Asked, Desk, Guard } from '@sallyport/gateway/guard/guard'
import { openGuard } from '@sallyport/gateway/guard/open'
import { spend } from '@sallyport/gateway/guard/permit'
import { type Upstream, UpstreamFailure } from '@sallyport/gateway/upstreams/upstream'
import type { Chance } from './chance.ts'
import { type Disk, emptyDisk, type SimulatedStore, simulatedStore } from './disk.ts'
import { AGENT, directory, person, policy, resourceId, TARGET } from './people.ts'

export const LIVE_WAIT_MS = 20_000
const OPERATIONS = ['list', 'change', 'export', 'purge', 'forbidden'] as const
const EFFECT: Record<(typeof OPERATIONS)[number], Effect> = {
  list: 'read',
  change: 'write',
  export: 'export',
  purge: 'delete',
  forbidden: 'write',
}

/** Something that reached the upstream, with everything that was true at that instant. */
export interface Sent {
  readonly action: ActionId
  readonly digest: Digest
  readonly effect: Effect
  readonly logSize: number
  readonly withoutGroups: ReadonlySet<PersonId>
}

export interface Client {
  readonly sinceMs: number
  readonly gone: AbortController
  readonly boot: number
  result?: Admission
  /** Size of the log when the answer was handed over. */
  answeredAt?: number
}

interface Flight {
  resolve(answer: Answer): void
  reject(cause: Error): void
  readonly signal: AbortSignal
}

/** A gateway in a bottle: the real guard over a simulated disk, clock, upstream and people. */
export type World = Surroundings & Gateway

/** What a restart begins anew. */
interface Gateway {
  readonly store: SimulatedStore
  readonly guard: Guard
  readonly desk: Desk
}

interface Surroundings {
  readonly chance: Chance
  readonly disk: Disk
  /** What clocks show; it can jump. */
  now: Instant
  /** What timers count; it cannot. */
  elapsedMs: number
  boot: number
  readonly sent: Sent[]
  readonly clients: Client[]
  flights: Flight[]
  bodies: { readonly resolve: (outcome: Outcome) => void; readonly signal: AbortSignal }[]
  alarms: { readonly atMs: number; readonly ring: () => void; cancelled: boolean }[]
  policyVersion: 1 | 2
  without: Set<PersonId>
  /** Cards as reviewers last saw them; some vote on old ones. */
  readonly seen: Map<ActionId, { readonly saw: Digest }>
  /** The boot in which each action was sent. */
  readonly bootOf: Map<ActionId, number>
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

export async function openWorld(chance: Chance): Promise<World> {
  const disk = emptyDisk()
  const surroundings: Surroundings = {
    chance,
    disk,
    now: instant(1_800_000_000_000),
    elapsedMs: 0,
    boot: 0,
    sent: [],
    clients: [],
    flights: [],
    bodies: [],
    alarms: [],
    policyVersion: 1,
    without: new Set<PersonId>(),
    seen: new Map(),
    bootOf: new Map(),
  }
  return Object.assign(surroundings, await boot(surroundings))
}

/** Starts a gateway on what the disk holds. What the earlier one had in memory, in flight or on a timer is gone. */
export async function boot(world: Surroundings): Promise<Gateway> {
  world.boot++
  world.flights = []
  world.bodies = []
  world.alarms = []
  const store = simulatedStore(world.disk)
  const opening = openGuard({
    store,
    policy: () => policy(world.policyVersion),
    directory: () => directoryNow(world),
    resource: (id) =>
      id === TARGET.id
        ? {
            target: TARGET,
            address: 'http://crm',
            configured: contentDigest(sha256, 'crm'),
            liveWaitMs: LIVE_WAIT_MS,
            upstream: upstreamOf(world),
          }
        : undefined,
    seal: { seal: (bytes) => bytes, open: (sealed) => sealed },
    tag: (bytes) => createHmac('sha256', 'simulation').update(bytes).digest('hex'),
    stillProved: () => true,
    cardDigest,
    clock: () => world.now,
    timer: (waitMs, ring) => {
      const alarm = { atMs: world.elapsedMs + waitMs, ring, cancelled: false }
      world.alarms.push(alarm)
      return () => {
        alarm.cancelled = true
      }
    },
    random: (n) => world.chance.bytes(n),
    sha256,
    log: () => {},
  })
  // Recovery writes too; its commits happen at once.
  for (;;) {
    const opened = await Promise.race([opening, tick()])
    if (opened !== undefined) return { store, guard: opened.guard, desk: opened.desk }
    store.commit(store.pending, 'done')
  }
}

/** Lets every promise run on as far as it can without the schedule. */
export function tick(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function directoryNow(world: Surroundings) {
  const value = directory(world.without)
  return { directory: value, digest: contentDigest(sha256, [...world.without].sort()) }
}

/** What a reviewer would see: another thread, other terms, another card. */
export function cardDigest(life: Life): Digest {
  return contentDigest(sha256, { digest: life.action.digest, thread: life.thread.length, terms: life.terms })
}

/** An upstream that notes what reaches it, after it took the permit as the real inner door does. */
function upstreamOf(world: Surroundings): Upstream {
  return {
    send(permit, canonical, _, signal) {
      spend(permit, canonical, sha256)
      world.sent.push({
        action: permit.action,
        digest: permit.digest,
        effect: effectIn(canonical),
        logSize: world.disk.log.length,
        withoutGroups: new Set(world.without),
      })
      world.bootOf.set(permit.action, world.boot)
      return new Promise((resolve, reject) => {
        world.flights.push({ resolve, reject, signal })
      })
    },
    reachable: async () => true,
    close: async () => {},
  }
}

/** What would happen, read from the very bytes that came up. */
function effectIn(canonical: Uint8Array): Effect {
  const text = Buffer.from(canonical).toString()
  const operation = OPERATIONS.find((one) => text.includes(`"path":"/${one}/`))
  if (operation === undefined) throw new Error('these bytes are none of ours')
  return EFFECT[operation]
}

/** The next flight lands: an answer whose body ends later, or a failure on the way or before it. */
export function land(world: World): void {
  const [flight] = world.flights.splice(world.chance.int(world.flights.length), 1)
  if (flight === undefined) return
  const luck = world.chance.int(10)
  if (luck === 0) return flight.reject(new UpstreamFailure('refused', false, undefined))
  if (luck === 1 || flight.signal.aborted) return flight.reject(new UpstreamFailure('reset', true, undefined))
  flight.resolve({
    kind: 'http',
    status: 200,
    headers: [],
    body: (async function* () {})(),
    outcome: new Promise((resolve) => {
      world.bodies.push({ resolve, signal: flight.signal })
    }),
  })
}

export function finishBody(world: World): void {
  const [body] = world.bodies.splice(world.chance.int(world.bodies.length), 1)
  body?.resolve(
    body.signal.aborted
      ? { kind: 'unknown', answer: null, body: null }
      : { kind: 'succeeded', answer: { status: 200, bytes: 0 }, body: null },
  )
}

/** Somebody asks. Few different messages and keys, so that repeats, claims and conflicts are common. */
export function arrive(world: World): void {
  const { chance } = world
  const operation = chance.pick(OPERATIONS)
  const asked: Asked = {
    caller: {
      agents: [AGENT],
      owner: person('olga'),
      actsFor: chance.happens(50) ? [person('paul')] : [],
      proof: { kind: 'agent-key', key: 'k', madeBy: null },
    },
    session: parseDrawn('ses', `ses_${'0'.repeat(26)}`) ?? never(),
    resource: chance.happens(98) ? TARGET.id : resourceId('elsewhere'),
    described: {
      facts: {
        ...PLAIN_FACTS,
        operation,
        kind: 'http',
        http: { ...NO_HTTP, method: 'GET', path: `/${operation}` },
      },
      effects: [EFFECT[operation]],
      says: safe`does it`,
      command: { line: safe`GET`, parameters: [] },
    },
    message: { path: `/${operation}/${chance.int(3)}` },
    content: NO_CONTENT,
    reason: null,
    wait: chance.happens(30) ? 'parked' : 'live',
    idempotencyKey: chance.happens(20) ? `key-${chance.int(4)}` : null,
  }
  const client: Client = { sinceMs: world.elapsedMs, gone: new AbortController(), boot: world.boot }
  world.clients.push(client)
  void wait(world, asked, client)
}

async function wait(world: World, asked: Asked, client: Client): Promise<void> {
  const admission = world.guard.admit(asked, client.gone.signal, Promise.resolve())
  for (;;) {
    const next = await admission.next()
    if (next.done !== true) continue
    client.result = next.value
    client.answeredAt = world.disk.log.length
    return
  }
}

function never(): never {
  throw new Error('not an id')
}
