import { once } from 'node:events'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import type { Socket } from 'node:net'
import { clock } from '@sallyport/gateway/inside'
import { certificate } from '@sallyport/testkit/certificate'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { IN_FLIGHT_LIMIT, OPEN_HOLDS_LIMIT, openLoad, REFUSALS_LIMIT, REFUSALS_LIMIT_PER_S } from './load.ts'

let target: RecordingUpstream
let house: HttpHouse
let slow: Socket[]
let gone: AbortController

beforeEach(async () => {
  slow = []
  gone = new AbortController()
  target = await recordingUpstream((head, socket) => {
    if (head.includes('/slow')) slow.push(socket)
    else socket.write(answer('done'))
  })
  house = await openHttpHouse({ target: target.url })
})
afterEach(async () => {
  gone.abort()
  await house.close()
  await target.close()
})

function ask(method: string, path: string, headers = house.headers()): Promise<Response> {
  return fetch(`${house.url}/crm${path}`, { method, headers, signal: gone.signal })
}

async function another(): Promise<Record<string, string>> {
  const made = await house.inside.identity.createAgent(
    named('agent', 'day'),
    named('person', 'olga'),
    [],
    'operator',
  )
  if ('code' in made) throw new Error(made.detail)
  return { authorization: `Bearer ${made.key}` }
}

async function refusedWith(response: Response): Promise<unknown> {
  const { code } = (await response.json()) as { code?: unknown }
  return [response.status, code, response.headers.get('retry-after')]
}
const TOO_MANY = [429, 'rate-limited', '10']

const times = <T>(count: number, one: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => one(at))

test('an agent with so many requests in flight gets no further one, and takes none from another agent', async () => {
  const flying = times(IN_FLIGHT_LIMIT, (at) => ask('GET', `/slow${at}`))
  await target.arrived(IN_FLIGHT_LIMIT)
  expect(await refusedWith(await ask('GET', '/a'))).toEqual(TOO_MANY)
  expect((await ask('GET', '/a', await another())).status).toBe(200)
  expect(target.requests()).toHaveLength(IN_FLIGHT_LIMIT + 1)
  for (const socket of slow) socket.write(answer('done'))
  for (const response of await Promise.all(flying)) expect(await response.text()).toBe('done')
  expect((await ask('GET', '/a')).status).toBe(200)
})

test('a client that leaves gives its place back', async () => {
  const flying = times(IN_FLIGHT_LIMIT, (at) => ask('GET', `/slow${at}`))
  await target.arrived(IN_FLIGHT_LIMIT)
  gone.abort()
  await Promise.allSettled(flying)
  gone = new AbortController()
  await vi.waitUntil(async () => (await ask('GET', '/a')).status === 200, { timeout: 10_000 })
})

test('an answer that its client does not take is in flight until it does, however small it is', async () => {
  await house.close()
  house = await openHttpHouse({ target: target.url, certificate: certificate() })
  const stalled = connectOverTls({ initialWindowSize: 0 })
  const pending = times(IN_FLIGHT_LIMIT, () => stalled.request({ ':path': '/crm/a', ...house.headers() }))
  // The target has long been done with them.
  for (const head of await Promise.all(pending.map(headOf)))
    await house.reaches(String(head['sallyport-action']), 'succeeded')
  const ready = connectOverTls({})
  const asked = async () =>
    (await headOf(ready.request({ ':path': '/crm/a', ...house.headers() })))[':status']
  expect(await asked()).toBe(429)
  stalled.settings({ initialWindowSize: 1_000 })
  await Promise.all(pending.map((stream) => once(stream.resume(), 'end')))
  expect(await asked()).toBe(200)
  for (const session of [stalled, ready]) session.destroy()
})

function connectOverTls(settings: { readonly initialWindowSize?: number }): ClientHttp2Session {
  return connect(house.url, { rejectUnauthorized: false, settings })
}

async function headOf(stream: ClientHttp2Stream): Promise<Record<string, unknown>> {
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>]
  return head
}

test('an agent has so many actions before people, however fast it asks, and what waits is not in flight', async () => {
  const asking = times(OPEN_HOLDS_LIMIT + 10, (at) =>
    ask('DELETE', `/customers/${at}`).catch(() => undefined),
  )
  const refused: unknown[] = []
  for (const one of asking)
    void one.then(async (response) => response && refused.push(await refusedWith(response)))
  const waiting = await house.waiting(OPEN_HOLDS_LIMIT)
  await vi.waitUntil(() => refused.length === 10)
  expect(refused).toEqual(times(10, () => TOO_MANY))
  expect(await house.waiting(0)).toHaveLength(OPEN_HOLDS_LIMIT)
  const parked = { Prefer: 'respond-async' }
  expect(await refusedWith(await ask('DELETE', '/x/1', house.headers(parked)))).toEqual(TOO_MANY)

  const flying = times(IN_FLIGHT_LIMIT, (at) => ask('GET', `/slow${at}`))
  await target.arrived(IN_FLIGHT_LIMIT)
  for (const socket of slow) socket.write(answer('done'))
  await Promise.all(flying)

  expect((await ask('DELETE', '/x/1', { ...(await another()), ...parked })).status).toBe(202)
  const [life] = waiting
  if (life === undefined) throw new Error('nothing waits')
  await house.decide(life, 'deny')
  expect((await ask('DELETE', '/x/2', house.headers(parked))).status).toBe(202)
  expect((await ask('DELETE', '/x/3', house.headers(parked))).status).toBe(429)
})

test('after a restart they are counted as before, and what could not be written is not', async () => {
  const parked = house.headers({ Prefer: 'respond-async' })
  for (const at of times(OPEN_HOLDS_LIMIT - 1, (one) => one)) await ask('DELETE', `/x/${at}`, parked)
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  const load = await openLoad({ ...house.inside, clock })
  const next = { ...life, action: { ...life.action, id: 'act_another' as typeof life.action.id } }
  const failing = load.hold(next, () => Promise.reject(new Error('the disk is full')))
  await expect(failing).rejects.toThrow('full')
  expect(await load.hold(next, async () => 'lost')).toBe('lost')
  expect((await ask('DELETE', '/x/y', parked)).status).toBe(202)
  expect(await load.hold(next, async () => 'lost')).toBe('too-many')
  load.stop()
})

test('what is refused too often is refused without a leaf, until some time has passed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const recorded = async () => (await house.inside.store.read('head', {})).size
    const refused = async (count: number) => {
      const asking = times(count, () => ask('PUT', '/a'))
      return (await Promise.all(asking)).map(({ status }) => status)
    }
    const before = await recorded()
    for (let left = REFUSALS_LIMIT; left > 0; left -= 50)
      expect(await refused(50)).toEqual(times(50, () => 403))
    expect(await recorded()).toBe(before + REFUSALS_LIMIT)
    expect(await refusedWith(await ask('PUT', '/a'))).toEqual(TOO_MANY)
    expect(await recorded()).toBe(before + REFUSALS_LIMIT)
    expect((await ask('GET', '/a')).status).toBe(200)
    expect((await ask('PUT', '/a', await another())).status).toBe(403)
    vi.setSystemTime(Date.now() - 60_000)
    expect(await refused(2)).toEqual([429, 429])
    vi.setSystemTime(Date.now() + 2_000 / REFUSALS_LIMIT_PER_S)
    expect(await refused(2)).toEqual([403, 403])
    expect(await refused(1)).toEqual([429])
  } finally {
    vi.useRealTimers()
  }
})
