import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { rawClient } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

let target: RecordingUpstream
let house: HttpHouse

beforeEach(async () => {
  target = await recordingUpstream((_, socket) => void socket.write(answer('{"deleted":true}')))
  house = await openHttpHouse({ target: target.url, resource: '    liveWait: 20s' })
})
afterEach(async () => {
  vi.useRealTimers()
  await house.close()
  await target.close()
})

async function reopened(resource: string, url = target.url): Promise<void> {
  await house.close()
  house = await openHttpHouse({ target: url, resource })
}

function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  return fetch(house.url + path, { method: 'DELETE', ...init, headers: house.headers(init.headers) })
}

async function theWaiting() {
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  return life
}

async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return (await response.json()) as Record<string, unknown>
}

describe('a held request', () => {
  test('goes up on a connection of its own, so that a stale one cannot make its outcome unknown', async () => {
    await (await ask('/crm/customers', { method: 'GET' })).text()
    const asking = ask('/crm/exports/all', { method: 'GET' })
    await house.decide(await theWaiting(), 'approve')
    expect((await asking).status).toBe(200)
    expect(target.connections()).toBe(2)
    await (await ask('/crm/customers', { method: 'GET' })).text()
    expect(target.connections()).toBe(2)
  })

  test(claim('G1', 'http', 'sends nothing until a reviewer says yes, and then runs once'), async () => {
    const asking = ask('/crm/customers/7', { headers: { 'Sallyport-Reason': 'a duplicate' } })
    const life = await theWaiting()
    expect(target.connections()).toBe(0)
    expect(life.action).toMatchObject({
      says: 'Deletes customers: DELETE /customers/{} on crm.',
      reason: 'a duplicate',
    })
    await house.decide(life, 'approve')
    const response = await asking
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('{"deleted":true}')
    expect(response.headers.get('sallyport-action')).toBe(life.action.id)
    expect(target.requests()).toHaveLength(1)
    expect((await house.reaches(life.action.id, 'succeeded')).ended).toMatchObject({
      answer: { status: 200, bytes: 16 },
    })
  })

  test(claim('A1', 'http', 'is not decided by the owner of the agent that asks'), async () => {
    const leaving = new AbortController()
    const asking = ask('/crm/customers/7', { signal: leaving.signal }).catch(() => 'left')
    expect(await house.decide(await theWaiting(), 'approve', 'olga')).toMatchObject({ code: 'not-eligible' })
    expect(target.connections()).toBe(0)
    leaving.abort()
    await asking
  })

  test(
    claim('G6', 'http', 'is withdrawn when its client goes, and a late yes finds nothing to run'),
    async () => {
      const leaving = new AbortController()
      const asking = ask('/crm/customers/7', { signal: leaving.signal }).catch(() => 'left')
      const life = await theWaiting()
      leaving.abort()
      expect(await asking).toBe('left')
      const withdrawn = await house.reaches(life.action.id, 'withdrawn')
      expect(await house.decide(withdrawn, 'approve')).toHaveProperty('code')
      expect(target.connections()).toBe(0)
    },
  )

  test('is withdrawn when a client half closes, as one does whose process was killed', async () => {
    const client = rawClient(house.port)
    client.send(`DELETE /crm/a/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n\r\n`)
    const life = await theWaiting()
    client.socket.end()
    await house.reaches(life.action.id, 'withdrawn')
    expect(target.connections()).toBe(0)
  })

  test(
    claim('G3', 'http', 'runs as it was shown: another one that is presented after the yes waits by itself'),
    async () => {
      await reopened('    liveWait: 1s')
      expect((await ask('/crm/customers/7')).status).toBe(503)
      const life = await theWaiting()
      await house.decide(life, 'approve')
      expect((await ask('/crm/customers/8')).status).toBe(503)
      expect((await ask('/crm/customers/7?force=1')).status).toBe(503)
      expect((await ask('/crm/customers/7', { headers: { 'X-Other': '1' } })).status).toBe(503)
      expect(target.connections()).toBe(0)
      expect((await ask('/crm/customers/7')).status).toBe(200)
      expect(target.requests()).toHaveLength(1)
    },
  )
})

describe('past the live limit', () => {
  beforeEach(async () => {
    await reopened('    liveWait: 1s')
  })

  test(
    claim('G6', 'http', 'it never runs by itself, and presenting it again after the yes runs it once'),
    async () => {
      const told = await ask('/crm/customers/7')
      expect(told.status).toBe(503)
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
      const life = await theWaiting()
      expect(told.headers.get('sallyport-action')).toBe(life.action.id)
      expect(await problem(told)).toMatchObject({ code: 'held', action: life.action.id })
      await house.decide(life, 'approve')
      expect(target.connections()).toBe(0)
      expect((await ask('/crm/customers/7')).headers.get('sallyport-action')).toBe(life.action.id)
      expect((await ask('/crm/customers/7')).headers.get('sallyport-action')).not.toBe(life.action.id)
      expect(target.requests()).toHaveLength(1)
    },
  )
})

describe('each end has its own word, with what to do next:', () => {
  test(claim('G7', 'http', 'denied'), async () => {
    const asking = ask('/crm/customers/7')
    const life = await theWaiting()
    await house.decide(life, 'deny')
    const response = await asking
    expect(response.status).toBe(403)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await problem(response)).toEqual({
      type: 'urn:sallyport:problem:denied',
      title: 'a person denied this action',
      status: 403,
      detail: `action ${life.action.id} was not sent`,
      code: 'denied',
      advice: 'do not retry and do not rephrase; ask the owner why',
      action: life.action.id,
    })
    expect(target.connections()).toBe(0)
  })

  test(claim(['G7', 'A10'], 'http', 'expired'), async () => {
    await reopened('    liveWait: 2m')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], shouldAdvanceTime: true })
    const asking = ask('/crm/exports/all', { method: 'GET' })
    const life = await theWaiting()
    vi.advanceTimersByTime(61_000)
    expect(await problem(await asking)).toMatchObject({
      code: 'expired',
      status: 403,
      action: life.action.id,
    })
    await house.reaches(life.action.id, 'expired')
    expect(target.connections()).toBe(0)
  })

  test(claim('G7', 'http', 'withdrawn'), async () => {
    const asking = ask('/crm/customers/7')
    const life = await theWaiting()
    await house.inside.desk.withdraw(life.action.id, 'bot')
    expect(await problem(await asking)).toMatchObject({ code: 'withdrawn', status: 409 })
  })

  test('not permitted', async () => {
    const response = await ask('/crm/customers', { method: 'POST' })
    expect(await problem(response)).toMatchObject({ code: 'not-permitted', status: 403 })
    expect(response.headers.get('sallyport-action')).toMatch(/^act_/)
    expect(target.connections()).toBe(0)
  })

  test(claim('G7', 'http', 'failed: the target cannot be reached'), async () => {
    await target.close()
    const response = await ask('/crm/customers', { method: 'GET' })
    const life = await house.reaches(response.headers.get('sallyport-action'), 'failed')
    expect(await problem(response)).toMatchObject({ code: 'unavailable', action: life.action.id })
    expect(response.headers.get('retry-after')).not.toBeNull()
  })
})

test(claim('G10', 'http', 'a freeze cuts what flies and stops what comes'), async () => {
  const silent = await recordingUpstream(() => undefined)
  await reopened('', silent.url)
  const flying = ask('/crm/customers', { method: 'GET' })
  await silent.arrived(1)
  const by = named('person', 'rita')
  await house.inside.desk.freeze({ scope: 'agent', name: 'bot', by, reason: safe`it misbehaves` })
  expect(await problem(await flying)).toMatchObject({ code: 'unknown-outcome' })
  const next = await ask('/crm/customers', { method: 'GET' })
  expect(await problem(next)).toMatchObject({ code: 'frozen', status: 423 })
  expect(silent.requests()).toHaveLength(1)
  await silent.close()
})
