import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import type { Life } from '@sallyport/core/lifecycle/life'
import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { rawClient } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'
import type { Word } from './guard.ts'

/** What changes between the question and the run: each of these once let something through that nobody had approved so. */

const HELD = `
@id("reads") permit (principal, action == Action::"read", resource);
@id("deletes") @hold("reviewers") @waivable("1h, 9 uses") permit (principal, action == Action::"delete", resource);
@id("exports") @hold("reviewers") permit (principal, action == Action::"export", resource);
`

let target: RecordingUpstream
let other: RecordingUpstream
let house: HttpHouse

beforeEach(async () => {
  target = await recordingUpstream((_, socket) => void socket.write(answer('done')))
  other = await recordingUpstream((_, socket) => void socket.write(answer('elsewhere')))
})
afterEach(async () => {
  await house.close()
  await target.close()
  await other.close()
})

async function opened(actions = HELD): Promise<void> {
  house = await openHttpHouse({ target: target.url, actions })
}

const ask = (path: string, headers: Record<string, string> = {}, method = 'DELETE'): Promise<Response> =>
  fetch(`${house.url}/crm${path}`, { method, headers: house.headers(headers) })

const park = (path: string): Promise<Response> => ask(path, { Prefer: 'respond-async' })

async function waiting(): Promise<Life> {
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  return life
}

/** The configuration with another resource `crm`, put in force as a reload does. */
async function reconfigured(change: object): Promise<void> {
  const { inside } = house
  const crm = inside.resources.configured(named('resource', 'crm'))
  if (crm === undefined) throw new Error('there is no crm')
  inside.current = { ...inside.current, resources: new Map([[crm.id, { ...crm, ...change }]]) }
  await inside.identity.reload()
  inside.resources.reload(inside.current)
}

type Says = Pick<Word, 'says' | 'scope'>

function decide(life: Life, says: Says): Promise<unknown> {
  const { desk, identity } = house.inside
  const saw = cardDigest({ basis: basisOf(life, identity.directory().directory) }, sha256)
  const proof = { kind: 'sign-in', session: 'a browser', madeBy: null } as const
  return desk.decide(life.action.id, { by: named('person', 'rita'), proof, saw, ...says } as Word)
}

/** Approved, with a waiver for the next ones. */
const waived = (life: Life): Promise<unknown> =>
  decide(life, { says: 'approve', scope: { kind: 'waiver', uses: 5, forMs: 60_000 } })

describe('an approval', () => {
  test.each<[string, () => object]>([
    ['another address', () => ({ address: new URL(other.url) })],
    ['another environment', () => ({ environments: [named('environment', 'lab')] })],
    ['another reading of its routes', () => ({ routes: [] })],
  ])(claim('G3', 'http', 'does not follow its resource to %s'), async (_, change) => {
    await opened()
    const id = (await park('/orders/9')).headers.get('sallyport-action')
    await reconfigured(change())
    await house.decide(await waiting(), 'approve')
    await house.reaches(id, 'withdrawn')
    expect([...target.requests(), ...other.requests()]).toEqual([])
  })

  test(
    claim(
      'G8',
      'http',
      'is void for a request whose key was rotated: whoever has the old one hears no answer',
    ),
    async () => {
      await opened()
      const asking = ask('/orders/9')
      const life = await waiting()
      await house.inside.identity.rotateKey(named('agent', 'bot'), 'operator')
      await house.decide(life, 'approve')
      expect((await asking).status).toBe(401)
      expect(target.requests()).toEqual([])
    },
  )

  test(
    claim('G8', 'http', 'is not even asked for by a key that was rotated while the body came'),
    async () => {
      await opened(`${HELD}@id("writes") permit (principal, action == Action::"write", resource);`)
      const client = rawClient(house.port)
      const head = `POST /crm/notes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n`
      client.send(`${head}Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n`)
      await client.until((received) => received.includes('100 Continue'))
      await house.inside.identity.rotateKey(named('agent', 'bot'), 'operator')
      client.send('body')
      expect(await client.closed).toMatch(/HTTP\/1.1 401 [\s\S]*not-authenticated/)
      expect(target.requests()).toEqual([])
    },
  )

  test(claim('A8', 'core', 'is void once somebody denied everything of its shape'), async () => {
    await opened()
    await park('/orders/1')
    const second = await park('/orders/2')
    const [one, two] = await house.waiting(2)
    if (one === undefined || two === undefined) throw new Error('two should wait')
    await decide(one, { says: 'deny', scope: { kind: 'shape' } })
    await house.decide(two, 'approve')
    await house.reaches(second.headers.get('sallyport-action'), 'refused')
    expect(target.requests()).toEqual([])
  })
})

describe('a waiver', () => {
  test(claim('A8', 'core', 'does not follow its resource to another address'), async () => {
    await opened()
    const asking = ask('/orders/1')
    await waived(await waiting())
    expect((await asking).status).toBe(200)
    expect((await ask('/orders/2')).status).toBe(200)
    await reconfigured({ address: new URL(other.url) })
    expect((await park('/orders/3')).status).toBe(202)
    expect(other.requests()).toEqual([])
  })

  test('and a retried Idempotency-Key end in the claim that the key belongs to, and not in a loop', async () => {
    await opened()
    await house.close()
    house = await openHttpHouse({ target: target.url, resource: '    liveWait: 1s', actions: HELD })
    const key = { 'Idempotency-Key': 'k1' }
    expect((await ask('/orders/1', key)).status).toBe(503)
    const claimable = await waiting()
    const other = ask('/orders/2')
    const lives = await house.waiting(2)
    await waived(lives.find(({ action }) => action.id !== claimable.action.id) ?? claimable)
    expect((await other).status).toBe(200)
    const again = ask('/orders/1', key)
    await house.decide(claimable, 'approve')
    expect((await again).status).toBe(200)
    expect(target.requests()).toHaveLength(2)
  })
})

test('what was only asked for is still seen for the first time', async () => {
  await opened(`
@id("first") @hold("reviewers") permit (principal, action == Action::"delete", resource) when { context.signals.contains("first-seen") };
@id("known") permit (principal, action == Action::"delete", resource) unless { context.signals.contains("first-seen") };
`)
  expect((await park('/orders/1')).status).toBe(202)
  expect((await park('/orders/2')).status).toBe(202)
  expect(target.requests()).toEqual([])
})

test('whoever answers for a frozen agent does not lift the freeze', async () => {
  await opened()
  const { desk } = house.inside
  const olga = named('person', 'olga')
  const frozen = await desk.freeze({ scope: 'agent', name: 'bot', by: olga, reason: safe`drill` })
  if ('code' in frozen) throw new Error(frozen.detail)
  expect(await desk.unfreeze(frozen.id, olga)).toMatchObject({ code: 'not-eligible' })
  expect(await desk.unfreeze(frozen.id, named('person', 'rita'))).toMatchObject({ lifted: true })
})
