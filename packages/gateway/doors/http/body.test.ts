import { createHash, hash } from 'node:crypto'
import type { Leaf, Moved } from '@sallyport/core/ledger/leaf'
import type { Life } from '@sallyport/core/lifecycle/life'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { rawClient, rawExchange } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WHOLE_BODY_LIMIT_BYTES } from './limits.ts'
import { openSpace } from './space.ts'

const POLICIES = `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("writes") @because("notes are free")
permit (principal, action == Action::"write", resource) when { context.http.path like "/notes*" };
@id("held-writes") @hold("reviewers") @within("10m") @because("orders take a reviewer")
permit (principal, action == Action::"write", resource) when { context.http.path like "/orders*" };
`
const ROUTES = `
      - { route: 'POST /notes', datasets: [notes] }
      - { route: 'POST /orders', datasets: [orders] }`
/** Larger than what is judged whole. */
const LARGE = 'x'.repeat(WHOLE_BODY_LIMIT_BYTES + 1)
const OCTETS = 'Content-Type: application/octet-stream'

let target: RecordingUpstream
let house: HttpHouse

beforeEach(async () => {
  target = await recordingUpstream((_, socket) => void socket.write(answer('done')))
  house = await openHttpHouse({ target: target.url, actions: POLICIES, routes: ROUTES })
})
afterEach(async () => {
  await house.close()
  await target.close()
})

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${house.url}/crm${path}`, { method: 'POST', headers: house.headers(headers), body })
}

/** The same as raw bytes; `§` in a body line of the caller's choice. */
function head(path: string, ...lines: readonly string[]): string {
  const all = [`POST /crm${path} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${house.key}`, ...lines]
  return `${all.join('\r\n')}\r\n\r\n`
}

async function leavesOf(id: string | null): Promise<readonly Leaf[]> {
  const found = (await house.inside.store.read('life', { id: id as Life['action']['id'] }))?.action.id
  if (found === undefined) throw new Error('no such action')
  const leaves = await house.inside.store.read('leaves', { action: found })
  return leaves.map(({ entry }) => JSON.parse(Buffer.from(entry).toString()) as Leaf)
}

async function settled(id: string | null): Promise<Moved> {
  const leaf = (await leavesOf(id)).find((one) => one.kind === 'moved' && one.event === 'settle')
  if (leaf?.kind !== 'moved') throw new Error('it was not settled')
  return leaf
}

describe('a body that is judged whole', () => {
  test('reaches the target as it was sent, by its length, however the client framed it', async () => {
    const body = '{"note":"caf\u00e9"}'
    expect((await post('/notes', body)).status).toBe(200)
    const chunks = `4\r\n{"no\r\n${(Buffer.byteLength(body) - 4).toString(16)};ext=1\r\n`
    const bytes = Buffer.from(body).toString('latin1')
    await rawExchange(
      house.port,
      `${head('/notes', 'Transfer-Encoding: chunked', 'Connection: close')}${chunks}${bytes.slice(4)}\r\n0\r\n\r\n`,
    )
    expect(target.bodies()).toEqual([bytes, bytes])
    for (const sent of target.requests()) {
      expect(sent).toMatch(/^content-length: 16$/im)
      expect(sent).not.toMatch(/^transfer-encoding/im)
    }
  })

  test(
    claim('G1', 'http', 'a held request sends no byte of its body until the yes, and then all of it once'),
    async () => {
      const asking = post('/orders', '{"amount":100}')
      const [life] = await house.waiting(1)
      expect(target.connections()).toBe(0)
      await house.decide(life as Life, 'approve')
      expect((await asking).status).toBe(200)
      expect(target.bodies()).toEqual(['{"amount":100}'])
    },
  )

  test(
    claim('G3', 'http', 'an approval of one body is none of another, which waits for people anew'),
    async () => {
      await house.close()
      house = await openHttpHouse({
        target: target.url,
        actions: POLICIES,
        routes: ROUTES,
        resource: '    liveWait: 1s',
      })
      expect((await post('/orders', '{"amount":100}')).status).toBe(503)
      const [life] = await house.waiting(1)
      await house.decide(life as Life, 'approve')
      const other = await post('/orders', '{"amount":999}')
      expect(other.status).toBe(503)
      expect(other.headers.get('sallyport-action')).not.toBe(life?.action.id)
      expect(target.connections()).toBe(0)
      expect((await post('/orders', '{"amount":100}')).status).toBe(200)
      expect(target.bodies()).toEqual(['{"amount":100}'])
    },
  )

  test('waits sealed with a parked action, and goes up on approval', async () => {
    const handle = await post('/orders', '{"amount":7}', { prefer: 'respond-async' })
    expect(handle.status).toBe(202)
    const [life] = await house.waiting(1)
    await house.decide(life as Life, 'approve')
    await house.reaches(handle.headers.get('sallyport-action'), 'succeeded')
    expect(target.bodies()).toEqual(['{"amount":7}'])
  })

  test('stands on the card', async () => {
    const asking = post('/orders', '{"amount":100,"password":"hunter2"}')
    const [life] = await house.waiting(1)
    const shown = JSON.stringify(life?.action.command.parameters)
    expect(shown).toContain('100')
    expect(shown).not.toContain('hunter2')
    await house.decide(life as Life, 'deny')
    expect((await asking).status).toBe(403)
    expect(target.connections()).toBe(0)
  })

  test('of a client that leaves in its middle is nothing at all', async () => {
    const client = rawClient(house.port)
    client.send(`${head('/notes', 'Content-Length: 10')}half`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    client.socket.destroy()
    await client.closed
    expect((await post('/notes', 'whole')).status).toBe(200)
    expect(target.bodies()).toEqual(['whole'])
  })
})

describe('a body in which a target may find another method goes nowhere', () => {
  const MIXED = '--b0\r\nContent-Disposition: form-data; name="_method"\r\n\r\nDELETE\r\n--b0--\r\n'
  const INNER = MIXED.replaceAll('b0', 'b1')
  const OUTER = `--b0\r\nContent-Disposition: form-data; name="note"\r\n\r\n${INNER}\r\n--b0--\r\n`
  test.each([
    ['no type', [], '_method=DELETE'],
    ['no type, and is not looked into', [], `_method=DELETE&note=${LARGE}`],
    ['parts of another kind', ['Content-Type: multipart/mixed; boundary=b0'], MIXED],
    ['two boundaries', ['Content-Type: multipart/form-data; boundary=b0; xboundary=b1'], OUTER],
    ['JSON of another kind', ['Content-Type: text/json'], '{"_method":"DELETE"}'],
    ['a type that only some find', ['Content_Type: text/plain'], '_method=DELETE'],
  ])(claim('G5', 'http', 'one with %s'), async (_, lines, body) => {
    const bytes = `${head('/notes', ...lines, `Content-Length: ${body.length}`, 'Connection: close')}${body}`
    expect(await rawExchange(house.port, bytes)).toMatch(/^HTTP\/1.1 403 /)
    expect(target.connections()).toBe(0)
  })
})

describe('a body that goes on as it comes', () => {
  test(
    claim(
      'L1',
      'http',
      'stands in the settling leaf by its length and its digest under the nonce of the action',
    ),
    async () => {
      const answered = await post('/notes', LARGE)
      expect(answered.status).toBe(200)
      expect(target.bodies()).toEqual([LARGE])
      const id = answered.headers.get('sallyport-action')
      const { action } = await house.reaches(id, 'succeeded')
      const kept = await house.inside.store.read('kept', { action: action.id })
      const digest = createHash('sha256')
        .update(kept?.nonce ?? '')
        .update(LARGE)
        .digest('hex')
      expect((await settled(id)).body).toEqual({ bytes: LARGE.length, digest })
      expect(digest).not.toBe(hash('sha256', LARGE))
    },
  )

  test('has no length where the client said none', async () => {
    const client = rawClient(house.port)
    client.send(head('/notes', OCTETS, 'Transfer-Encoding: chunked', 'Connection: close'))
    for (let sent = 0; sent < LARGE.length; sent += 65_536) {
      const piece = LARGE.slice(sent, sent + 65_536)
      client.send(`${piece.length.toString(16)}\r\n${piece}\r\n`)
    }
    client.send('0\r\n\r\n')
    expect(await client.closed).toMatch(/^HTTP\/1.1 200 /)
    expect(target.requests()[0]).toMatch(/^transfer-encoding: chunked$/im)
    expect(target.bodies()).toEqual([LARGE])
  })

  test(
    claim('G5', 'http', 'is refused where it would wait for people, who could not be shown it'),
    async () => {
      const refused = await rawExchange(
        house.port,
        `${head('/orders', OCTETS, `Content-Length: ${LARGE.length}`)}${LARGE}`,
      )
      expect(refused).toMatch(/^HTTP\/1.1 413 /)
      expect(refused).toContain('"code":"too-large"')
      expect(target.connections()).toBe(0)
    },
  )

  test(
    claim('G4', 'http', 'that breaks off has no end at the target either, and its outcome is unknown'),
    async () => {
      const client = rawClient(house.port)
      client.send(
        `${head('/notes', OCTETS, 'Transfer-Encoding: chunked')}${LARGE.length.toString(16)}\r\n${LARGE}\r\n`,
      )
      while (target.bytes().length < LARGE.length) await new Promise((resolve) => setTimeout(resolve, 5))
      const [{ id } = { id: null }] = [...(await house.inside.store.read('dispatched', {}))].map(
        (one) => one.action,
      )
      client.socket.destroy()
      await house.reaches(id, 'unknown')
      expect(target.requests()).toEqual([])
      expect(target.bytes()).not.toMatch(/0\r\n\r\n$/)
      expect((await settled(id)).body?.bytes).toBe(LARGE.length)
    },
  )

  test('with trailers has no end at the target', async () => {
    const client = rawClient(house.port)
    client.send(
      `${head('/notes', OCTETS, 'Transfer-Encoding: chunked')}${LARGE.length.toString(16)}\r\n${LARGE}\r\n0\r\nX-A: 1\r\n\r\n`,
    )
    const received = await client.until((bytes) => bytes.includes('unknown-outcome'))
    expect(received).toMatch(/^HTTP\/1.1 502 /)
    expect(target.requests()).toEqual([])
    client.socket.destroy()
  })
})

describe('a client that asks before it sends', () => {
  test('is told to go on once it is known', async () => {
    const client = rawClient(house.port)
    client.send(head('/notes', 'Content-Length: 2', 'Expect: 100-continue', 'Connection: close'))
    await client.until((bytes) => bytes.includes('100 Continue'))
    expect(target.connections()).toBe(0)
    client.send('hi')
    expect(await client.closed).toMatch(/HTTP\/1.1 200 OK/)
    expect(target.bodies()).toEqual(['hi'])
    expect(target.requests()[0]).not.toMatch(/^expect:/im)
  })

  test('is refused instead where nobody knows it', async () => {
    const received = await rawExchange(
      house.port,
      head('/notes', 'Content-Length: 2', 'Expect: 100-continue').replace(house.key, 'sp_0000000000000000'),
    )
    expect(received).toMatch(/^HTTP\/1.1 401 /)
  })
})

describe('one that floods', () => {
  test('has room for so much of its bodies and no more, and gives it back', () => {
    const space = openSpace(10, 6)
    const first = space.take('a', 4)
    expect(space.take('a', 4)).toBeUndefined()
    expect(space.take('b', 6)).toBeDefined()
    expect(space.take('c', 1)).toBeUndefined()
    first?.()
    first?.()
    expect(space.take('a', 4)).toBeDefined()
    expect(space.take('c', 1)).toBeUndefined()
  })

  test('after a refusal is hung up on, however much it goes on sending', async () => {
    const client = rawClient(house.port)
    client.socket.on('error', () => undefined)
    client.send(
      `${head('/elsewhere', 'Transfer-Encoding: chunked').replace(house.key, 'sp_0000000000000000')}`,
    )
    const chunk = `ffff\r\n${'y'.repeat(65_535)}\r\n`
    const sending = setInterval(() => client.send(chunk), 5)
    const received = await client.closed
    clearInterval(sending)
    expect(received).toMatch(/^HTTP\/1.1 401 /)
    expect(target.connections()).toBe(0)
  })
})
