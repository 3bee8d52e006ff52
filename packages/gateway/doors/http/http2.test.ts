import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { text } from 'node:stream/consumers'
import type { Life } from '@sallyport/core/lifecycle/life'
import { certificate } from '@sallyport/testkit/certificate'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { answer, type RecordingUpstream, type Respond, recordingUpstream } from '@sallyport/testkit/upstream'
import { Agent, fetch as fetchBy } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WHOLE_BODY_LIMIT_BYTES } from './limits.ts'

const OWN = certificate()
const POLICIES = `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("writes") @because("notes are free")
permit (principal, action == Action::"write", resource) when { context.http.path like "/notes*" };
@id("deletes") @hold("reviewers") @within("10m") @because("deleting takes a reviewer")
permit (principal, action == Action::"delete", resource);
`
const ROUTES = `
      - { route: 'POST /notes', datasets: [notes] }`
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants
const LARGE = 'x'.repeat(WHOLE_BODY_LIMIT_BYTES + 1)
const OCTETS = { 'content-type': 'application/octet-stream' }

let respond: Respond
let target: RecordingUpstream
let house: HttpHouse
let session: ClientHttp2Session

beforeEach(async () => {
  respond = (head, socket) => void socket.write(answer(head.split(' ', 2).join(' ')))
  target = await recordingUpstream((head, socket, body) => respond(head, socket, body))
  house = await openHttpHouse({
    target: target.url,
    actions: POLICIES,
    routes: ROUTES,
    certificate: OWN,
  })
  session = opened()
})
afterEach(async () => {
  session.destroy()
  await house.close()
  await target.close()
})

function opened(): ClientHttp2Session {
  const one = connect(`https://localhost:${house.port}`, { ca: OWN.certificate })
  one.on('error', () => undefined)
  return one
}

function open(method: string, path: string, more: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  const bodiless = ['GET', 'HEAD', 'DELETE'].includes(method)
  const head = { ':method': method, ':path': path, ...house.headers(), ...more }
  const stream = session.request(head, { endStream: bodiless })
  stream.on('error', () => undefined)
  return stream
}

interface Got {
  readonly head: IncomingHttpHeaders
  readonly body: string
}

async function got(stream: ClientHttp2Stream): Promise<Got> {
  const head = new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once('response', resolve)
    stream.once('close', () => reject(new Error(`closed with ${stream.rstCode}`)))
  })
  const [received, body] = await Promise.all([head, text(stream)])
  return { head: received, body }
}

/** The code with which it was closed. */
async function closed(stream: ClientHttp2Stream): Promise<number> {
  stream.resume()
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve))
  return stream.rstCode
}

describe('over TLS', () => {
  test('both versions are spoken, and the newer one first', async () => {
    const agent = new Agent({ allowH2: true, connect: { ca: OWN.certificate } })
    const init = { dispatcher: agent, headers: house.headers() }
    const answered = await fetchBy(`https://localhost:${house.port}/crm/a`, init)
    expect([answered.status, await answered.text()]).toEqual([200, 'GET /a'])
    const older = new Agent({ allowH2: false, connect: { ca: OWN.certificate } })
    const again = await fetchBy(`https://localhost:${house.port}/crm/a`, { ...init, dispatcher: older })
    expect([again.status, again.headers.get('connection')]).toEqual([200, 'keep-alive'])
    expect(answered.headers.get('connection')).toBeNull()
    await Promise.all([agent.close(), older.close()])
  })
})

describe('each stream is an action', () => {
  test(
    claim('G2', 'http', 'streams of one session are held and decided apart, in any order, and block nobody'),
    async () => {
      const streams = ['a', 'b', 'c'].map((name) => open('DELETE', `/crm/orders/${name}`))
      const answers = streams.map((stream) => got(stream).catch(() => undefined))
      const lives = await house.waiting(3)
      expect((await got(open('GET', '/crm/free'))).body).toBe('GET /free')
      expect(target.requests()).toHaveLength(1)
      const named = (name: string): Life => {
        const life = lives.find(({ action }) => JSON.stringify(action).includes(`/orders/${name}`))
        if (life === undefined) throw new Error(`no hold of ${name}`)
        return life
      }
      await house.decide(named('c'), 'approve')
      expect((await answers[2])?.body).toBe('DELETE /orders/c')
      await house.decide(named('b'), 'deny')
      expect((await answers[1])?.head[':status']).toBe(403)
      await house.decide(named('a'), 'approve')
      expect((await answers[0])?.body).toBe('DELETE /orders/a')
      expect(target.requests()).toHaveLength(3)
      const actions = await Promise.all(answers)
      expect(new Set(actions.map((one) => one?.head['sallyport-action'])).size).toBe(3)
    },
  )

  test.each([
    ['taken back', NGHTTP2_CANCEL],
    ['taken back without an error', NGHTTP2_NO_ERROR],
  ])('%s withdraws its own action and no other', async (_, code) => {
    const first = open('DELETE', '/crm/orders/1')
    const second = open('DELETE', '/crm/orders/2')
    const answered = got(second)
    const lives = await house.waiting(2)
    const of = (name: string) => lives.find(({ action }) => JSON.stringify(action).includes(name)) as Life
    first.close(code)
    await house.reaches(of('/orders/1').action.id, 'withdrawn')
    expect(await house.decide(of('/orders/1'), 'approve')).toHaveProperty('code')
    await house.decide(of('/orders/2'), 'approve')
    expect((await answered).body).toBe('DELETE /orders/2')
    expect(target.requests()).toHaveLength(1)
  })

  test(claim('G6', 'http', 'the end of a session withdraws exactly what waited on it'), async () => {
    const other = session
    const kept = open('DELETE', '/crm/orders/kept')
    const answered = got(kept)
    await house.waiting(1)
    session = opened()
    for (const name of ['1', '2']) open('DELETE', `/crm/orders/${name}`)
    const lives = await house.waiting(3)
    session.destroy()
    const isKept = ({ action }: Life) => JSON.stringify(action).includes('/orders/kept')
    for (const life of lives) if (!isKept(life)) await house.reaches(life.action.id, 'withdrawn')
    await house.decide(lives.find(isKept) as Life, 'approve')
    expect((await answered).body).toBe('DELETE /orders/kept')
    expect(target.requests()).toHaveLength(1)
    session = other
  })

  test('a drain says so, lets what waits end, and takes nothing new', async () => {
    const waiting = got(open('DELETE', '/crm/orders/1'))
    const [life] = await house.waiting(1)
    const said = new Promise((resolve) => session.once('goaway', resolve))
    const drained = house.door.drain(30_000)
    expect(await said).toBe(NGHTTP2_NO_ERROR)
    await closed(open('GET', '/crm/late'))
    await house.decide(life as Life, 'approve')
    expect((await waiting).body).toBe('DELETE /orders/1')
    await drained
    expect(target.requests()).toHaveLength(1)
  })
})

describe('a body', () => {
  test('is judged whole, with a length or without one', async () => {
    for (const more of [{}, { 'content-length': 4 }]) {
      const stream = open('POST', '/crm/notes', more)
      stream.end('note')
      expect((await got(stream)).body).toBe('POST /notes')
    }
    expect(target.bodies()).toEqual(['note', 'note'])
    for (const head of target.requests()) expect(head).toMatch(/^content-length: 4$/im)
  })

  test('that is large goes on as it comes, and one that the target takes slowly blocks nobody', async () => {
    let begun = (): void => {}
    const arriving = new Promise<void>((resolve) => {
      begun = resolve
    })
    // Takes the beginning and then nothing.
    respond = (head, socket) => {
      if (head.startsWith('POST')) return begun()
      socket.write(answer('hello'))
    }
    const stream = open('POST', '/crm/notes', OCTETS)
    stream.write(LARGE)
    const small = open('POST', '/crm/notes', { 'content-length': 1 })
    small.end('x')
    await arriving
    expect((await got(open('GET', '/crm/a'))).body).toBe('hello')
    respond = (head, socket) => void socket.write(answer(head.split(' ', 2).join(' ')))
    stream.end('y')
    expect((await got(stream)).body).toBe('POST /notes')
    expect(target.bodies().at(-1)).toBe(`${LARGE}y`)
    small.close()
  })

  // Node's own `close` would end it well first, and no client has to.
  const LEAVING: readonly (readonly [code: number, leave: (stream: ClientHttp2Stream) => void])[] = [
    [NGHTTP2_NO_ERROR, (stream) => void stream.destroy()],
    [constants.NGHTTP2_INTERNAL_ERROR, (stream) => void stream.destroy(new Error('taken back'))],
  ]

  test.each(LEAVING)(
    'that is taken back half, with code %i, is none: nothing is judged or sent',
    async (code, leave) => {
      const stream = open('POST', '/crm/notes')
      stream.write('half')
      await got(open('GET', '/crm/a'))
      leave(stream)
      expect(await closed(stream)).toBe(code)
      await got(open('GET', '/crm/b'))
      expect(target.bodies().join('')).toBe('')
      expect(target.requests()).toHaveLength(2)
    },
  )

  test.each(LEAVING)(
    'that is large and taken back with code %i has no end at the target',
    async (_, leave) => {
      const stream = open('POST', '/crm/notes', OCTETS)
      stream.write(LARGE)
      await expect.poll(() => target.bytes().length, { timeout: 10_000 }).toBeGreaterThan(LARGE.length)
      leave(stream)
      await closed(stream)
      await got(open('GET', '/crm/a'))
      expect(target.requests()).toHaveLength(1)
      expect(target.bytes()).not.toContain('\r\n0\r\n\r\n')
    },
  )

  test('with trailers is refused, on its stream alone', async () => {
    const stream = open('POST', '/crm/notes')
    const refused = got(stream)
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-a': '1' }))
    stream.end()
    const trailing = session.request(
      { ':method': 'POST', ':path': '/crm/notes', ...house.headers() },
      { waitForTrailers: true },
    )
    trailing.on('wantTrailers', () => trailing.sendTrailers({ 'x-a': '1' }))
    trailing.end('note')
    const { head, body } = await got(trailing)
    expect(head[':status']).toBe(400)
    expect(JSON.parse(body)).toMatchObject({ code: 'malformed' })
    await refused
    expect((await got(open('GET', '/crm/a'))).body).toBe('GET /a')
    expect(target.bodies().join('')).toBe('')
  })

  test('that nobody wants is answered at once, and its stream ends while its neighbours go on', async () => {
    const stream = open('POST', '/crm/elsewhere', { authorization: 'Bearer nobody' })
    stream.write('x')
    const { head } = await got(stream)
    expect(head[':status']).toBe(401)
    expect(await closed(stream)).toBe(NGHTTP2_NO_ERROR)
    expect((await got(open('GET', '/crm/a'))).body).toBe('GET /a')
  })

  test('is asked for by who waits to be told, once its sender is known', async () => {
    const stream = open('POST', '/crm/notes', { expect: '100-continue' })
    await new Promise<void>((resolve) => {
      stream.once('continue', resolve)
    })
    stream.end('note')
    expect((await got(stream)).body).toBe('POST /notes')
    const nobody = open('POST', '/crm/notes', { expect: '100-continue', authorization: 'Bearer nobody' })
    let told = false
    nobody.once('continue', () => {
      told = true
    })
    expect((await got(nobody)).head[':status']).toBe(401)
    expect(told).toBe(false)
  })
})

describe('an answer', () => {
  test('has its action, and nothing about a connection', async () => {
    const hop =
      'Connection: keep-alive, x-hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX-Twice: 1\r\nX-Twice: 2\r\nAge: 1\r\nAge: 2\r\nEtag: "caf\u00e9"\r\n'
    respond = (_, socket) => void socket.write(answer('hello', hop, '418 Teapot'), 'latin1')
    const { head, body } = await got(open('GET', '/crm/a'))
    expect(body).toBe('hello')
    expect(head).toMatchObject({ ':status': 418, etag: '"caf\u00e9"', 'x-twice': '1, 2' })
    expect(head['sallyport-action']).toMatch(/^act_[0-9a-z]{26}$/)
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'x-hop'])
      expect(head).not.toHaveProperty(name)
  })

  test('of HEAD has the length and not the content', async () => {
    respond = (_, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
    const { head, body } = await got(open('HEAD', '/crm/a'))
    expect([head[':status'], head['content-length'], body]).toEqual([200, '1000', ''])
    await house.reaches(String(head['sallyport-action']), 'succeeded')
  })

  test('of a 205 has neither a content nor the length of one', async () => {
    respond = (_, socket) => void socket.write(answer('hello', '', '205 Reset Content'))
    const { head, body } = await got(open('GET', '/crm/a'))
    expect([head[':status'], head['content-length'], body]).toEqual([205, undefined, ''])
    await house.reaches(String(head['sallyport-action']), 'succeeded')
  })

  test('has its trailers behind it, for a client that takes them', async () => {
    const trailing =
      'HTTP/1.1 200 OK\r\nTrailer: grpc-status\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\ngrpc-status: 0\r\n\r\n'
    respond = (_, socket) => void socket.write(trailing)
    const stream = open('GET', '/crm/a', { te: 'trailers' })
    const trailers = new Promise<IncomingHttpHeaders>((resolve) => stream.once('trailers', resolve))
    expect((await got(stream)).body).toBe('hi')
    expect(await trailers).toMatchObject({ 'grpc-status': '0' })
  })

  test('that breaks off is told from one that ends', async () => {
    respond = (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
      socket.end()
    }
    const stream = open('GET', '/crm/a')
    expect(await closed(stream)).toBe(constants.NGHTTP2_INTERNAL_ERROR)
    respond = (_, socket) => void socket.write(answer('hello'))
    expect((await got(open('GET', '/crm/a'))).body).toBe('hello')
  })

  test('ends at the target when its stream is taken back', async () => {
    let left = (): void => {}
    const hungUp = new Promise<void>((resolve) => {
      left = resolve
    })
    respond = (_, socket) => {
      socket.once('close', left)
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
    }
    const stream = open('GET', '/crm/a')
    await new Promise((resolve) => stream.once('data', resolve))
    stream.close(NGHTTP2_CANCEL)
    await hungUp
  })

  test('to a handle is one', async () => {
    const { head, body } = await got(open('DELETE', '/crm/orders/1', { prefer: 'respond-async' }))
    expect(head).toMatchObject({ ':status': 202, 'preference-applied': 'respond-async' })
    expect(JSON.parse(body)).toMatchObject({ action: head['sallyport-action'] })
  })
})
