import { certificate } from '@sallyport/testkit/certificate'
import { type HttpHouse, type HttpHouseSettings, openHttpHouse } from '@sallyport/testkit/http-house'
import * as h2 from '@sallyport/testkit/http2'
import { rawClient } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, type Respond, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WHOLE_BODY_LIMIT_BYTES } from './limits.ts'

const POLICIES = `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("writes") @because("notes are free")
permit (principal, action == Action::"write", resource) when { context.http.path like "/notes*" };
`
const ROUTES = `
      - { route: 'POST /notes', datasets: [notes] }`
const QUICK = {
  headMs: 300,
  checkMs: 50,
  idleMs: 300,
  wholeBodyMs: 300,
  bodyIdleMs: 300,
  stalledClientMs: 300,
}

let respond: Respond
let target: RecordingUpstream
let house: HttpHouse

beforeEach(async () => {
  respond = (_, socket) => void socket.write(answer('hello'))
  target = await recordingUpstream((head, socket, body) => respond(head, socket, body))
  house = await opened()
})
afterEach(async () => {
  await house.close()
  await target.close()
})

function opened(more: Partial<HttpHouseSettings> = {}): Promise<HttpHouse> {
  return openHttpHouse({ target: target.url, actions: POLICIES, routes: ROUTES, waits: QUICK, ...more })
}

async function reopenedOverTls(): Promise<void> {
  await house.close()
  house = await opened({ certificate: certificate() })
}

function head(line: string, ...lines: readonly string[]): string {
  return `${[`${line} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${house.key}`, ...lines].join('\r\n')}\r\n\r\n`
}

// The connection ends, or these tests would wait for ever.

test('a head that never ends is refused, and so is nothing at all', async () => {
  const client = rawClient(house.port)
  client.send('GET /crm/a HTTP/1.1\r\nHost: localhost\r\nX-A: ')
  const silent = rawClient(house.port)
  expect(await client.closed).toMatch(/^HTTP\/1.1 400 /)
  await silent.closed
  expect(target.connections()).toBe(0)
})

test('a head that comes byte by byte is no quicker for it', async () => {
  const client = rawClient(house.port)
  const dripping = setInterval(() => client.send('a'), 20)
  client.send('GET /crm/a HTTP/1.1\r\nHost: localhost\r\nX-A: ')
  expect(await client.closed).toMatch(/^HTTP\/1.1 400 /)
  clearInterval(dripping)
})

test('a body that is judged whole and comes too slowly is refused, and nothing of it goes on', async () => {
  const client = rawClient(house.port)
  const dripping = setInterval(() => client.send('a'), 20)
  client.send(head('POST /crm/notes', 'Content-Length: 100000'))
  const received = await client.closed
  clearInterval(dripping)
  expect(received).toMatch(/^HTTP\/1.1 400 /)
  expect(received).toContain('too slowly')
  expect(target.connections()).toBe(0)
})

test('a body that goes on as it comes and stops has no end at the target', async () => {
  const client = rawClient(house.port)
  client.send(
    `${head('POST /crm/notes', 'Content-Type: application/octet-stream', 'Transfer-Encoding: chunked')}${(WHOLE_BODY_LIMIT_BYTES + 1).toString(16)}\r\n`,
  )
  client.send(`${'x'.repeat(WHOLE_BODY_LIMIT_BYTES + 1)}\r\n`)
  await client.closed
  expect(target.bytes().length).toBeGreaterThan(WHOLE_BODY_LIMIT_BYTES)
  expect(target.requests()).toHaveLength(0)
})

test('a client that takes nothing of its answer is cut, and the target with it', async () => {
  let left = (): void => {}
  const hungUp = new Promise<void>((resolve) => {
    left = resolve
  })
  respond = (_, socket) => {
    socket.once('close', left)
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n`)
    const pour = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(1_000_000)));
    }
    socket.on('drain', pour)
    pour()
  }
  const client = rawClient(house.port)
  client.socket.pause()
  client.send(head('GET /crm/a'))
  await hungUp
  client.socket.destroy()
})

test('an idle connection is ended, with either version', async () => {
  const plain = rawClient(house.port)
  plain.send(head('GET /crm/a'))
  expect(await plain.closed).toMatch(/hello$/)
  await reopenedOverTls()
  const session = h2.rawSession(house.port)
  session.send(
    h2.headers(1, h2.END_STREAM, [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/crm/a'],
      ['authorization', `Bearer ${house.key}`],
    ]),
  )
  const frames = await session.closed
  expect(frames.some(({ type }) => type === h2.DATA)).toBe(true)
  expect(frames.some(({ type }) => type === h2.GOAWAY)).toBe(true)
})

test('over TLS neither a handshake that stops nor a session that asks nothing stays', async () => {
  await reopenedOverTls()
  const stopped = rawClient(house.port)
  stopped.send('\x16\x03\x01\x02\x00\x01')
  const session = h2.rawSession(house.port)
  const halfSession = h2.rawSession(house.port, null)
  await Promise.all([stopped.closed, session.closed, halfSession.closed])
})

test('a body of HTTP/2 that comes too slowly is refused on its stream', async () => {
  await reopenedOverTls()
  const session = h2.rawSession(house.port)
  session.send(
    h2.headers(1, 0, [
      [':method', 'POST'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/crm/notes'],
      ['authorization', `Bearer ${house.key}`],
    ]),
  )
  const frames = await session.until(({ type }) => type === h2.RST_STREAM)
  const body = frames.filter(({ type }) => type === h2.DATA).map(({ payload }) => payload)
  expect(Buffer.concat(body).toString()).toContain('too slowly')
  expect(target.connections()).toBe(0)
})
