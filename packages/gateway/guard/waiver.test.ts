import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionId } from '@sallyport/core/action/ids'
import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Caller } from '@sallyport/core/people/caller'
import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { rawExchange } from '@sallyport/testkit/raw'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfiguration } from '../config/load.ts'
import { clock, type Inside, openInside } from '../inside.ts'
import { sha256 } from '../keys/sha256.ts'
import type { Change } from '../store/store.ts'
import type { Admission, Asked, Progress } from './guard.ts'

const DELETES = 'permit (principal, action == Action::"delete", resource);'
const HELD = `@id("deletes") @hold("owners") @waivable("8h, 5 uses")\n${DELETES}`
const GRANTS = `@id("grants") @hold("owners, legal")\npermit (principal, action == Action::"grant", resource);`
const DECIDE = '@id("decide")\npermit (principal, action == Action::"decide", resource);'
const YAML = `
data: ./data
groups: [{ id: owners }, { id: legal }]
people:
  - { id: olga, name: Olga, groups: [owners] }
  - { id: ines, name: Ines, groups: [owners] }
  - { id: lena, name: Lena, groups: [legal] }
environments: [{ id: prod }]
resources: [{ id: crm, kind: http, environment: prod, address: "http://127.0.0.1:9", routes: [{ route: "DELETE /customers/{id}" }] }]
changes: unguarded
`

let folder: string
let closing: (() => Promise<void> | void)[]
let inside: Inside
let bot: Caller

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-waiver-'))
  writePolicies({ actions: `${HELD}\n${GRANTS}` })
  inside = await started()
  const made = await inside.identity.createAgent(
    named('agent', 'bot'),
    named('person', 'olga'),
    [],
    'operator',
  )
  if ('code' in made) throw new Error(made.detail)
  const proved = await inside.identity.caller(made.key)
  if ('code' in proved) throw new Error(proved.detail)
  bot = proved
})
afterEach(async () => {
  await stopped()
  rmSync(folder, { recursive: true })
})

describe('a waiver counts only while policy would let it be given', () => {
  test(claim('A8', 'core', 'and so lets pass what nothing changed about'), async () => {
    await waived()
    expect(await passes()).toBe(true)
  })

  test.each([
    ['refuses the action', `@id("never")\nforbid${DELETES.slice('permit'.length)}\n${HELD}`],
    ['lets nobody waive it', HELD.replace(' @waivable("8h, 5 uses")', '')],
    ['lets fewer uses be waived than are left', HELD.replace('5 uses', '1 uses')],
    ['lets less time be waived than is left', HELD.replace('8h', '1h')],
    ['wants more people than gave it', HELD.replace('@hold("owners")', '@hold("owners") @approvals("2")')],
  ])(claim('A8', 'core', 'and not once policy %s'), async (_, rule) => {
    await waived()
    await inForce({ actions: `${rule}\n${GRANTS}` })
    expect(await passes()).toBe(false)
    await inForce({ actions: `${HELD}\n${GRANTS}` })
    expect(await passes()).toBe(true)
  })

  test(claim('A8', 'core', 'nor once those who gave it may not decide the action itself'), async () => {
    await waived()
    const elsewhere = 'when { resource == Resource::"sallyport" || principal == Person::"olga" };'
    await inForce({ people: DECIDE.replace(/;$/, `\n${elsewhere}`) })
    // Held it is not either: who is left may not decide on their own agent.
    expect(await passes()).toBe(false)
  })
})

describe('a waiver is written once or not at all', () => {
  test(
    claim('G4', 'core', 'a crash before it is written leaves an `unknown` action and no waiver'),
    async () => {
      const { move } = inside.store
      const reached = Promise.withResolvers<void>()
      Object.assign(inside.store, {
        move(change: Change) {
          if (!change.writes.some((write) => write.kind === 'standing'))
            return move.call(inside.store, change)
          reached.resolve()
          return new Promise(() => undefined)
        },
      })
      const { id } = (await approvedByBoth()).action
      await reached.promise
      await stopped()
      inside = await started()
      expect(await inside.store.read('life', { id })).toMatchObject({ state: 'unknown' })
      expect(await inside.store.read('standings', { live: true, now: clock() })).toEqual([])
      expect(await passes()).toBe(false)
    },
  )

  test(claim('G10', 'core', 'a freeze in flight keeps it from being written'), async () => {
    const { read, move } = inside.store
    let dispatched = false
    Object.assign(inside.store, {
      move(change: Change) {
        dispatched ||= change.leaves.some((leaf) => leaf.kind === 'moved' && leaf.to === 'dispatched')
        return move.call(inside.store, change)
      },
      async read(kind: 'life', query: { readonly id: ActionId }) {
        const row = await read.call(inside.store, kind, query)
        if (!dispatched || kind !== 'life') return row
        dispatched = false
        await freezeSallyport()
        return row
      },
    })
    const { id } = (await approvedByBoth()).action
    for await (const life of inside.store.watch(id, AbortSignal.timeout(10_000)))
      if (life.ended !== null) expect(life.state).toBe('failed')
    expect(await inside.store.read('standings', { live: true, now: clock() })).toEqual([])
  })

  test('a freeze of `sallyport` keeps it from being sent', async () => {
    const life = await askedAhead()
    await vote(life, 'ines')
    await freezeSallyport()
    await vote(life, 'lena')
    expect(await passes()).toBe(false)
  })
})

test('no door leads to Sallyport itself, neither by path nor by host', async () => {
  const house = await openHttpHouse({ target: 'http://127.0.0.1:9' })
  for (const [path, host] of [
    ['/sallyport/waivers', 'localhost'],
    ['/waivers', 'sallyport.localhost'],
  ] as const) {
    const head = [`DELETE ${path} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${house.key}`]
    const said = await rawExchange(house.port, [...head, 'Connection: close', '', ''].join('\r\n'))
    expect(said).toMatch(/^HTTP\/1\.1 404 [^]*"code":"unknown-resource"/)
  }
  await house.close()
})

async function freezeSallyport(): Promise<void> {
  const by = named('person', 'ines')
  await inside.desk.freeze({ scope: 'resource', name: 'sallyport', by, reason: safe`stop` })
}

/** The waiver of both, durable and in force. */
async function waived(): Promise<void> {
  const { id } = (await approvedByBoth()).action
  for await (const life of inside.store.watch(id, AbortSignal.timeout(10_000)))
    if (life.state === 'succeeded') return
  throw new Error('the waiver was approved and not given')
}

async function approvedByBoth(): Promise<Life> {
  const life = await askedAhead()
  await vote(life, 'ines')
  await vote(life, 'lena')
  return life
}

async function askedAhead(): Promise<Life> {
  const bounds = { uses: 5, forMs: 8 * 3_600_000 }
  const way = inside.guard.admitWaiver(deletion('/customers/1'), bounds, new AbortController().signal)
  const admission = await end(way)
  if (admission.kind !== 'parked') throw new Error(JSON.stringify(admission))
  return admission.life
}

async function vote({ action: { id } }: Life, person: string): Promise<void> {
  const life = await inside.store.read('life', { id })
  if (life === null) throw new Error('gone')
  const saw = cardDigest({ basis: basisOf(life, inside.identity.directory().directory) }, sha256)
  const proof = { kind: 'sign-in', session: 'a browser', madeBy: null } as const
  const by = named('person', person)
  const voted = await inside.desk.decide(id, { by, proof, saw, says: 'approve', scope: { kind: 'once' } })
  if ('code' in voted) throw new Error(voted.detail)
}

/** Whether a deletion is sent by a waiver. Nobody is at its address, so that sending it fails. */
async function passes(): Promise<boolean> {
  const { signal } = new AbortController()
  const admission = await end(inside.guard.admit(deletion('/customers/2'), signal, Promise.resolve()))
  const id = admission.kind === 'refused' ? admission.refusal.action : undefined
  const life = id === undefined ? null : await inside.store.read('life', { id })
  return life?.state === 'failed' && life.waiver !== null
}

function deletion(path: string): Asked {
  const crm = named('resource', 'crm')
  const described = inside.resources.describe({ resource: crm, method: 'DELETE', path })
  if ('code' in described) throw new Error(described.detail)
  const caller = bot
  const session = inside.identity.sessionOf(caller, 'a session', clock())
  return {
    ...described,
    caller,
    session,
    resource: crm,
    reason: null,
    wait: 'parked',
    idempotencyKey: null,
  }
}

async function end(way: AsyncGenerator<Progress, Admission>): Promise<Admission> {
  for (;;) {
    const next = await way.next()
    if (next.done) return next.value
  }
}

async function started(): Promise<Inside> {
  closing = []
  const onClose = (close: () => Promise<void> | void): void => void closing.push(close)
  const opened = await openInside({
    configuration: configuration(),
    variable: () => undefined,
    log: () => undefined,
    onClose,
  })
  if (opened.kind === 'rejected') throw new Error(JSON.stringify(opened.problems))
  return opened
}

async function stopped(): Promise<void> {
  for (const close of closing.toReversed()) await close()
}

function configuration() {
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(join(folder, 'sallyport.yaml'), YAML, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  return loading.configuration
}

interface Policies {
  readonly actions?: string
  readonly people?: string
}

async function inForce(policies: Policies): Promise<void> {
  writePolicies(policies)
  const prepared = await inside.policy.prepare(configuration())
  if (prepared.kind === 'rejected') throw new Error(JSON.stringify(prepared.problems))
  await prepared.putInForce()
}

function writePolicies({ actions, people = DECIDE }: Policies): void {
  const write = (set: string, text: string): void => {
    mkdirSync(join(folder, 'policies', set), { recursive: true })
    writeFileSync(join(folder, 'policies', set, 'all.cedar'), text)
  }
  if (actions !== undefined) write('actions', actions)
  write('people', people)
  write('admin', '')
}
