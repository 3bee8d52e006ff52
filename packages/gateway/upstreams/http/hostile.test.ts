import type { Socket } from 'node:net'
import { createGzip } from 'node:zlib'
import { claim } from '@sallyport/testkit/claim'
import { actionOf, type Fronted, houseBefore, requestOf } from '@sallyport/testkit/http-target'
import { rawClient } from '@sallyport/testkit/raw'
import { answer } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'
import { freshClient } from './connect.ts'
import { exchange } from './exchange.ts'
import { NO_BODY } from './outgoing.ts'

const closing: Fronted[] = []
afterEach(async () => {
  for (const fronted of closing.splice(0)) await fronted.close()
})

const OTHER = answer('somebody else')

/** A target that is fine, but for `/bad`. */
async function before(hostile: (socket: Socket) => void): Promise<Fronted> {
  const fronted = await houseBefore((head, socket) => {
    if (head.includes('/bad')) hostile(socket)
    else socket.write(answer(`you asked ${head.split(' ')[1]}`))
  })
  closing.push(fronted)
  return fronted
}

interface Seen {
  readonly bytes: string
  readonly ended: 'kept' | 'broken'
}

/** What a client sees of the hostile answer, and then of an honest one: on the same connection if that is still there. */
async function ask({ house }: Fronted, line: string): Promise<Seen> {
  const client = rawClient(house.port)
  client.send(requestOf(house, line))
  const isOver = (bytes: string): boolean => isWhole(bytes, line.startsWith('HEAD'))
  const bytes = await client.until(isOver).catch(() => client.closed)
  const next = client.socket.destroyed ? rawClient(house.port) : client
  next.send(requestOf(house, 'GET /crm/good', 'Connection: close'))
  const after = (await next.closed).slice(next === client ? bytes.length : 0)
  expect(after).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\nyou asked \/good$/)
  return { bytes, ended: isOver(bytes) ? 'kept' : 'broken' }
}

/** One answer and not a byte more. */
function isWhole(bytes: string, isHead: boolean): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return false
  if (isHead || /^HTTP\/1.1 (204|304)/.test(bytes)) return bytes.length === end + 4
  const length = /content-length: (\d+)/i.exec(bytes.slice(0, end))?.[1]
  if (length !== undefined) return bytes.length === end + 4 + Number(length)
  return bytes.endsWith('\r\n0\r\n\r\n')
}

const OK = 'HTTP/1.1 200 OK\r\n'

describe('before its head is whole a hostile answer is a clean problem, and nobody knows what came of it', () => {
  test.each([
    ['two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
    ['a list of lengths', `${OK}Content-Length: 5, 5\r\n\r\nhello`],
    [
      'a length and chunks',
      `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    ],
    [
      'chunks and a length',
      `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    ],
    ['a length that is none', `${OK}Content-Length: -5\r\n\r\nhello`],
    ['a flood of interim answers', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(10_000) + answer('late')],
    ['100 unasked', `HTTP/1.1 100 Continue\r\n\r\n${answer('late')}`],
    ['101 unasked', `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n${OTHER}`],
    ['status 000', `HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n`],
    ['status 999', `HTTP/1.1 999 Beyond\r\nContent-Length: 0\r\n\r\n`],
    ['a status that is no number', `HTTP/1.1 OK fine\r\n\r\n`],
    ['endless headers', `${OK}${'X-A: 1\r\n'.repeat(10_000)}`],
    ['a huge header', `${OK}X-A: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['NUL in a header', `${OK}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ['DEL in a header', `${OK}X-A: a\x7fb\r\nContent-Length: 0\r\n\r\n`],
    ['CR in a header', `${OK}X-A: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n`],
    ['a folded header', `${OK}X-A: a\r\n b\r\nContent-Length\r\n\r\n`],
    ['a blank before the colon', `${OK}Content-Length : 5\r\n\r\nhello`],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['nothing', ''],
  ])(claim('G5', 'http', '%s'), async (_, bytes) => {
    const fronted = await before((socket) => void socket.end(bytes, 'latin1'))
    const seen = await ask(fronted, 'GET /crm/bad')
    expect(seen.bytes).toMatch(/^HTTP\/1.1 502 [\s\S]*unknown-outcome/)
    expect(seen.ended).toBe('kept')
    await fronted.house.reaches(actionOf(seen.bytes), 'unknown')
  })
})

describe('a transfer coding that we do not speak is withheld, and the record says that it ran', () => {
  test.each([
    ['another transfer coding', `${OK}Transfer-Encoding: xchunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
    ['a transfer coding before chunks', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
  ])(claim('G5', 'http', '%s'), async (_, bytes) => {
    const fronted = await before((socket) => void socket.end(bytes, 'latin1'))
    const seen = await ask(fronted, 'GET /crm/bad')
    expect(seen.bytes).toMatch(/^HTTP\/1.1 502 [\s\S]*the content was withheld/)
    await fronted.house.reaches(actionOf(seen.bytes), 'succeeded')
  })
})

describe('behind its head a hostile answer breaks the connection, so that nobody takes half of it for a whole', () => {
  test.each([
    ['a length that is too long', `${OK}Content-Length: 50\r\n\r\nhello`],
    ['no end of the chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['garbage for a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`],
    ['a chunk of another size', `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`],
    ['a chunk of a size beyond numbers', `${OK}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello`],
    ['endless trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X-A: 1\r\n'.repeat(10_000)}`],
  ])(claim('G5', 'http', '%s'), async (_, bytes) => {
    const fronted = await before((socket) => void socket.end(bytes, 'latin1'))
    const seen = await ask(fronted, 'GET /crm/bad')
    expect(seen.ended).toBe('broken')
    expect(seen.bytes).toMatch(/^HTTP\/1.1 200 /)
    await fronted.house.reaches(actionOf(seen.bytes), 'unknown')
  })

  test(claim('G5', 'http', 'and never-ending gzip ends with its reader'), async () => {
    let hungUp: () => void = () => undefined
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const fronted = await before((socket) => {
      socket.on('close', hungUp)
      socket.write(`${OK}Content-Encoding: gzip\r\n\r\n`)
      const endless = createGzip({ level: 1 })
      endless.pipe(socket)
      const more = (): void =>
        void (socket.destroyed || endless.write(Buffer.from(`${Math.random()}\n`), more))
      more()
    })
    const client = rawClient(fronted.house.port)
    client.send(requestOf(fronted.house, 'GET /crm/bad'))
    const bytes = await client.until((all) => all.length > 100_000)
    client.socket.destroy()
    await gone
    await fronted.house.reaches(actionOf(bytes), 'unknown')
  })
})

describe("what stands behind an answer is nobody's answer", () => {
  test.each([
    ['a length that is too short', 'GET', `${OK}Content-Length: 2\r\n\r\nhi${OTHER}`, /\r\n\r\nhi$/],
    ['a second answer', 'GET', `${answer('hi')}${OTHER}`, /\r\n\r\nhi$/],
    [
      'a second answer behind chunks',
      'GET',
      `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n${OTHER}`,
      /2\r\nhi\r\n0\r\n\r\n$/,
    ],
    ['a content of 204', 'GET', `HTTP/1.1 204 No Content\r\n\r\n${OTHER}`, /^HTTP\/1.1 204 [\s\S]*\r\n\r\n$/],
    [
      'a length of 204',
      'GET',
      `HTTP/1.1 204 No Content\r\nContent-Length: ${OTHER.length}\r\n\r\n${OTHER}`,
      /^HTTP\/1.1 204 [\s\S]*\r\n\r\n$/,
    ],
    [
      'a content of 205',
      'GET',
      `HTTP/1.1 205 Reset Content\r\nContent-Length: ${OTHER.length}\r\n\r\n${OTHER}`,
      /^HTTP\/1.1 205 [\s\S]*\r\n\r\n0\r\n\r\n$/,
    ],
    [
      'chunks of 304',
      'GET',
      `HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n${OTHER}`,
      /^HTTP\/1.1 304 [\s\S]*\r\n\r\n$/,
    ],
    [
      'a content of HEAD',
      'HEAD',
      `${OK}Content-Length: 0\r\n\r\n${OTHER}`,
      /^HTTP\/1.1 200 [\s\S]*\r\n\r\n$/,
    ],
  ])(claim('G5', 'http', '%s'), async (_, method, bytes, sees) => {
    const fronted = await before((socket) => void socket.write(bytes))
    const seen = await ask(fronted, `${method} /crm/bad`)
    expect(seen.bytes).toMatch(sees)
    expect(seen.bytes).not.toContain('somebody else')
    expect(seen.bytes).not.toMatch(/^HTTP\/1.1 204 [\s\S]*content-length/i)
    await fronted.house.reaches(actionOf(seen.bytes), 'succeeded')
  })

  test('and a content that HEAD has late meets no other request', async () => {
    const fronted = await before(
      (socket) => void socket.write(`${OK}Connection: keep-alive\r\nContent-Length: ${OTHER.length}\r\n\r\n`),
    )
    await ask(fronted, 'HEAD /crm/bad')
    expect(fronted.target.connections()).toBe(2)
  })
})

test('letters beyond ASCII in a header go on as they came', async () => {
  const fronted = await before(
    (socket) => void socket.write(`${OK}X-A: caf\xe9 \xff\xfe\r\nContent-Length: 2\r\n\r\nhi`, 'latin1'),
  )
  expect((await ask(fronted, 'GET /crm/bad')).bytes).toContain('x-a: caf\xe9 \xff\xfe\r\n')
})

describe('one that takes for ever', () => {
  test.each([
    ['over its head', OK, 'X', 'rejected'],
    ['over its content, between two pieces', `${OK}Content-Length: 100\r\n\r\nx`, '', 'broken'],
  ])('%s, is given up', async (_, begin, drip, end) => {
    const { target } = await before((socket) => {
      socket.write(begin)
      const dripping = setInterval(() => drip !== '' && socket.write(drip), 20)
      socket.on('close', () => clearInterval(dripping))
    })
    const client = freshClient(new URL(target.url), { headersTimeout: 100, bodyTimeout: 100 })
    const request = { method: 'GET', path: '/bad', headers: [], body: null }
    const asking = exchange(client, request, NO_BODY, new AbortController().signal)
    if (end === 'rejected') await expect(asking).rejects.toMatchObject({ sent: true })
    else expect(await (await asking).outcome).toEqual({ kind: 'unknown', answer: null, body: null })
    await client.destroy()
  })
})
