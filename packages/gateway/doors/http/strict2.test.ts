import { certificate } from '@sallyport/testkit/certificate'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import * as h2 from '@sallyport/testkit/http2'
import { type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HEAD_LIMIT_BYTES, HEADERS_LIMIT } from './limits.ts'

let target: RecordingUpstream
let house: HttpHouse
let session: h2.RawSession

beforeAll(async () => {
  target = await recordingUpstream()
  house = await openHttpHouse({ target: target.url, certificate: certificate() })
})
afterAll(async () => {
  await house.close()
  await target.close()
})
beforeEach(() => {
  session = h2.rawSession(house.port)
})
afterEach(() => session.socket.destroy())

const { END_STREAM } = h2
type Fields = readonly h2.Field[]

function head(method: string, path: string, more: Fields = []): Fields {
  return [
    [':method', method],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', path],
    ['authorization', `Bearer ${house.key}`],
    ...more,
  ]
}

/** All but what is replaced, in its place. */
function replaced(name: string, ...by: Fields): Fields {
  return head('GET', '/crm/a').flatMap((field) => (field[0] === name ? by : [field]))
}

function data(text: string, flags = 0): Buffer {
  return h2.frame(h2.DATA, flags, 1, Buffer.from(text))
}

/** What was sent on the stream, with no body if nothing else is said. */
type Sent = () => readonly Buffer[]
const only =
  (fields: () => Fields): Sent =>
  () => [h2.headers(1, END_STREAM, fields())]

// biome-ignore format: a table is read by its rows
const RESET: readonly (readonly [what: string, sent: Sent])[] = [
  ['a name in upper case', only(() => head('GET', '/crm/a', [['X-A', '1']]))],
  ['a header of a connection', only(() => head('GET', '/crm/a', [['connection', 'x-a']]))],
  ['a header that keeps one alive', only(() => head('GET', '/crm/a', [['keep-alive', 'timeout=5']]))],
  ['a header of a proxy', only(() => head('GET', '/crm/a', [['proxy-connection', 'close']]))],
  ['an encoding', only(() => head('POST', '/crm/a', [['transfer-encoding', 'chunked']]))],
  ['an upgrade', only(() => head('GET', '/crm/a', [['upgrade', 'websocket']]))],
  ['more than trailers in te', only(() => head('GET', '/crm/a', [['te', 'gzip, trailers']]))],
  ['no method', only(() => replaced(':method'))],
  ['no scheme', only(() => replaced(':scheme'))],
  ['no path', only(() => replaced(':path'))],
  ['an empty path', only(() => replaced(':path', [':path', '']))],
  ['a path that is a URL', only(() => replaced(':path', [':path', 'https://localhost/crm/a']))],
  ['a path without its slash', only(() => replaced(':path', [':path', 'crm/a']))],
  ['two paths', only(() => replaced(':path', [':path', '/crm/a'], [':path', '/crm/b']))],
  ['two methods', only(() => replaced(':method', [':method', 'GET'], [':method', 'DELETE']))],
  ['two authorities', only(() => replaced(':authority', [':authority', 'localhost'], [':authority', 'crm.localhost']))],
  ['a pseudo-header behind the others', only(() => [...replaced(':path'), [':path', '/crm/a']])],
  ['a pseudo-header of an answer', only(() => [[':status', '200'], ...head('GET', '/crm/a')])],
  ['a pseudo-header that nobody knows', only(() => [[':x', '1'], ...head('GET', '/crm/a')])],
  ['a tunnel for another protocol', only(() => [[':protocol', 'websocket'], ...replaced(':method', [':method', 'CONNECT'])])],
  ['a length without its body', only(() => head('POST', '/crm/a', [['content-length', '2']]))],
  ['two lengths', only(() => head('POST', '/crm/a', [['content-length', '0'], ['content-length', '0']]))],
  ['a length with a sign', only(() => head('POST', '/crm/a', [['content-length', '+0']]))],
  ['less than its length', () => [h2.headers(1, 0, head('POST', '/crm/a', [['content-length', '3']])), data('hi', END_STREAM)]],
  ['an authority with a user', only(() => replaced(':authority', [':authority', 'a@localhost']))],
  ['no authority and no host', only(() => replaced(':authority'))],
  ['two hosts', only(() => replaced(':authority', ['host', 'localhost'], ['host', 'localhost']))],
  ['a method with a space', only(() => replaced(':method', [':method', 'GET /x']))],
  ['a space in the path', only(() => head('GET', '/crm/a b'))],
  ['a line feed in the path', only(() => head('GET', '/crm/a\r\nx: y'))],
  ['a pseudo-header among the trailers', () => [h2.headers(1, 0, head('POST', '/crm/a')), data('hi'), h2.headers(1, END_STREAM, [[':path', '/crm/b']])]],
]

// biome-ignore format: a table is read by its rows
const DROPPED: readonly (readonly [what: string, sent: Sent])[] = [
  ['a name with a space', only(() => head('GET', '/crm/a', [['x a', '1']]))],
  ['a name with a colon', only(() => head('GET', '/crm/a', [['x:a', '1']]))],
  ['an empty name', only(() => head('GET', '/crm/a', [['', '1']]))],
  ['a line feed in a value', only(() => head('GET', '/crm/a', [['x-a', '1\nx-b: 2']]))],
  ['a carriage return in a value', only(() => head('GET', '/crm/a', [['x-a', '1\r']]))],
  ['a NUL in a value', only(() => head('GET', '/crm/a', [['x-a', '1\0']]))],
  ['a blank before a value', only(() => head('GET', '/crm/a', [['x-a', ' 1']]))],
]

// biome-ignore format: a table is read by its rows
const REFUSED: readonly (readonly [what: string, status: number, sent: Sent])[] = [
  ['another host beside the authority', 400, only(() => head('GET', '/crm/a', [['host', 'crm.localhost']]))],
  ['a foreign authority', 400, only(() => replaced(':authority', [':authority', 'rebound.example']))],
  ['a scheme that it did not come by', 400, only(() => replaced(':scheme', [':scheme', 'http']))],
  ['a page of another origin', 400, only(() => head('GET', '/crm/a', [['origin', 'https://evil.example']]))],
  ['a method in lower case', 400, only(() => replaced(':method', [':method', 'get']))],
  ['an echo of itself', 400, only(() => head('TRACE', '/crm/a'))],
  ['asterisk form', 400, only(() => head('OPTIONS', '*'))],
  ['a tunnel', 400, () => [h2.headers(1, 0, [[':method', 'CONNECT'], [':authority', 'localhost:443'], ['authorization', `Bearer ${house.key}`]])]],
  ['two slashes', 400, only(() => head('GET', '//crm/a'))],
  ['dot segments', 400, only(() => head('GET', '/crm/a/../../b'))],
  ['an encoded slash', 400, only(() => head('GET', '/crm%2fa'))],
  ['a fragment', 400, only(() => head('GET', '/crm/a#b'))],
  ['a body of a GET', 400, () => [h2.headers(1, 0, head('GET', '/crm/a')), data('hi', END_STREAM)]],
  ['trailers', 400, () => [h2.headers(1, 0, head('POST', '/crm/a')), data('hi'), h2.headers(1, END_STREAM, [['x-a', '1']])]],
  ['a body that is too large for anybody', 413, () => [h2.headers(1, 0, head('POST', '/crm/a', [['content-length', '999999999999999']]))]],
  ['two keys', 400, only(() => head('GET', '/crm/a', [['authorization', 'Bearer x']]))],
  ['an expectation that nobody knows', 400, only(() => head('GET', '/crm/a', [['expect', 'magic']]))],
  ['a key of nobody', 401, only(() => replaced('authorization', ['authorization', `Bearer sp_${'0'.repeat(40)}`]))],
  ['no resource', 404, only(() => head('GET', '/'))],
  ['what nothing permits', 403, () => [h2.headers(1, 0, head('POST', '/crm/a')), data('hi', END_STREAM)]],
]

describe('not a byte of what leaves a doubt reaches the target', () => {
  test.each(RESET)('%s resets its stream, and no other', async (_, sent) => {
    session.send(...sent())
    const frames = await session.until(({ type, stream }) => type === h2.RST_STREAM && stream === 1)
    expect(frames.at(-1)?.payload).toEqual(h2.number32(h2.PROTOCOL_ERROR))
    await goesOn()
  })

  test.each(REFUSED)(
    '%s is a problem on its stream (%i), and the session goes on',
    async (_, status, sent) => {
      session.send(...sent())
      const frames = await session.until(({ type, stream, flags }) => {
        return stream === 1 && type === h2.DATA && (flags & END_STREAM) !== 0
      })
      const body = Buffer.concat(frames.filter(({ type }) => type === h2.DATA).map(({ payload }) => payload))
      expect(JSON.parse(body.toString())).toMatchObject({ status })
      await goesOn()
    },
  )

  // nghttp2 takes such a header away and lets the rest stand. It is judged as it is sent on: without.
  test.each(DROPPED)('%s is not there, whoever looks', async (_, sent) => {
    session.send(...sent())
    await session.until(({ type, stream }) => type === h2.DATA && stream === 1)
    expect(target.requests().at(-1)).toMatch(/^GET \/a /)
    expect(target.requests().at(-1)).not.toMatch(/^(x-a|x-b|x a|x:a|):/im)
    await goesOn()
  })

  test('more headers than a head has reset their stream', async () => {
    const many = Array.from({ length: HEADERS_LIMIT }, (): h2.Field => ['x-a', 'a'])
    session.send(h2.headers(1, END_STREAM, head('GET', '/crm/a', many)))
    await session.until(({ type, stream }) => type === h2.RST_STREAM && stream === 1)
    await goesOn()
  })

  test.each([
    ['who heard of the limit', [h2.frame(h2.SETTINGS, h2.ACK, 0)], h2.RST_STREAM],
    ['who says nothing of it', [], h2.DATA],
  ])('headers of more bytes than a head has end the request of one %s', async (_, first, type) => {
    const half: h2.Field = ['x-a', 'a'.repeat(HEAD_LIMIT_BYTES / 2)]
    await session.until((one) => one.type === h2.SETTINGS)
    session.send(
      ...first,
      h2.frame(h2.HEADERS, END_STREAM, 1, h2.hpack(head('GET', '/crm/a', [half]))),
      h2.frame(h2.CONTINUATION, h2.END_HEADERS, 1, h2.hpack([half])),
    )
    const frames = await session.until((one) => one.type === type && one.stream === 1)
    if (type === h2.DATA)
      expect(frames.findLast((one) => one.type === type)?.payload.toString()).toContain('"too-large"')
    await goesOn()
  })

  test('more body than its length says ends the session', async () => {
    const before = target.requests().length
    session.send(h2.headers(1, 0, head('POST', '/crm/a', [['content-length', '1']])), data('hi', END_STREAM))
    await session.closed
    expect(target.requests()).toHaveLength(before)
  })

  test(claim('G5', 'http', 'what is no HTTP/2 ends the session'), async () => {
    session.send(h2.frame(h2.DATA, 0, 1, Buffer.from('hi')))
    expect((await session.closed).some(({ type }) => type === h2.GOAWAY)).toBe(true)
    expect(target.bytes()).not.toContain('hi')
  })
})

/** Nothing of stream 1 has reached the target, and another one is served. */
async function goesOn(): Promise<void> {
  const before = target.requests().length
  session.send(h2.headers(3, END_STREAM, head('GET', '/crm/next')))
  await session.until(({ type, stream }) => type === h2.DATA && stream === 3)
  expect(target.requests().length).toBe(before + 1)
  expect(target.requests().at(-1)).toMatch(/^GET \/next /)
}
