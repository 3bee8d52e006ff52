import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { claim } from '@sallyport/testkit/claim'
import { actionOf, type Fronted, houseBefore, received } from '@sallyport/testkit/http-target'
import type { Respond } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'
import { Flow } from './flow.ts'
import { OPENED_FREE_BYTES } from './limits.ts'
import { codingOf, opened } from './opened.ts'

const SECRET = 'tgt-0123456789/abc+def'
const CREDENTIAL = {
  resource: `    credential: { header: x-api-key, format: '{}', secret: env:CRM_SECRET }`,
  secret: SECRET,
}
const PLAIN = 'rows and rows and rows. '.repeat(500)
const PACKED = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const

const closing: Fronted[] = []
afterEach(async () => {
  for (const fronted of closing.splice(0)) await fronted.close()
})

async function before(respond: Respond): Promise<Fronted> {
  const fronted = await houseBefore(respond, CREDENTIAL)
  closing.push(fronted)
  return fronted
}

/** A target that says these bytes in a coding, with headers that tell of them. */
function saying(coding: string, bytes: Uint8Array, more = ''): Respond {
  return (_, socket) => {
    const head = `Content-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n${more}`
    socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n`)
    socket.write(bytes)
  }
}

function unchunked(answer: string): string {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  let text = ''
  for (let at = 0; ; ) {
    const size = Number.parseInt(body.slice(at), 16)
    const from = body.indexOf('\r\n', at) + 2
    if (size === 0 || Number.isNaN(size)) return text
    text += body.slice(from, from + size)
    at = from + size + 2
  }
}

describe('an answer that is compressed although nobody asked for it', () => {
  test.each(PACKED)(
    claim('G8', 'http', 'in %s, is opened, and the credential in it veiled'),
    async (coding, pack) => {
      const { house } = await before(saying(coding, pack(PLAIN + SECRET)))
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 200 [\s\S]*transfer-encoding: chunked/i)
      expect(bytes).not.toMatch(/content-(encoding|length)/i)
      expect(bytes.endsWith('0\r\n\r\n')).toBe(true)
      expect(unchunked(bytes)).toBe(PLAIN + '*'.repeat(SECRET.length))
      const life = await house.reaches(actionOf(bytes), 'succeeded')
      expect(life.ended?.answer).toEqual({ status: 200, bytes: PLAIN.length + SECRET.length })
    },
  )

  test('has no header any more that tells of the compressed bytes', async () => {
    const more = `ETag: "1"\r\nContent-MD5: x\r\nContent-Digest: x\r\nRepr-Digest: x\r\nDigest: x\r\nLast-Modified: x\r\n`
    const { house } = await before(saying('gzip', gzipSync('x'), more))
    const bytes = await received(house)
    expect(bytes).toMatch(/\r\netag: W\/"1"\r\n/i)
    expect(bytes).toMatch(/\r\nlast-modified: x\r\n/i)
    expect(bytes).not.toMatch(/digest|md5/i)
    expect(await received(house, 'HEAD /crm/a')).not.toMatch(/content-length: [1-9]|content-encoding|digest/i)
  })

  test.each([
    [
      'a head without content',
      'HEAD /crm/a',
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n`,
      200,
    ],
    ['a 204', 'GET /crm/a', `HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n`, 204],
    ['a 304', 'GET /crm/a', `HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n`, 304],
    [
      'a content of nothing',
      'GET /crm/a',
      `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n`,
      200,
    ],
  ])('%s is whole', async (_, line, head, status) => {
    const { house } = await before((_head, socket) => void socket.write(head))
    const bytes = await received(house, line)
    expect(bytes).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(unchunked(bytes)).toBe('')
    await house.reaches(actionOf(bytes), 'succeeded')
  })
})

describe('compression that is broken breaks the answer, and nobody knows what came of it', () => {
  const whole = gzipSync(PLAIN)
  /** RFC 8878, 3.1.1: a frame whose window is 2^26 bytes, and one raw block in it. */
  const WIDE = Buffer.from('28b52ffd 00 80 090000 78'.replaceAll(' ', ''), 'hex')
  test.each([
    ['garbage', 'gzip', Buffer.from('this was never compressed')],
    ['its end is missing', 'gzip', whole.subarray(0, -3)],
    ['its checksum is wrong', 'gzip', Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8, 1)])],
    ['something follows it', 'br', Buffer.concat([brotliCompressSync(PLAIN), Buffer.from('more')])],
    ['something follows it', 'deflate', Buffer.concat([deflateSync(PLAIN), Buffer.from('more')])],
    ['a window of 64 MiB', 'zstd', WIDE],
  ])(claim('G5', 'http', '%s (%s)'), async (_, coding, bytes) => {
    const { house } = await before(saying(coding, bytes))
    const answer = await received(house)
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    expect(answer.endsWith('0\r\n\r\n')).toBe(false)
    await house.reaches(actionOf(answer), 'unknown')
  })
})

describe('a bomb', () => {
  const bomb = gzipSync(Buffer.alloc(OPENED_FREE_BYTES * 4))

  test(claim('G5', 'http', 'is cut, and the connection with it'), async () => {
    const { house } = await before(saying('gzip', bomb))
    const answer = await received(house)
    expect(answer.endsWith('0\r\n\r\n')).toBe(false)
    expect(answer.length).toBeLessThan(OPENED_FREE_BYTES * 1.1)
    const { ended } = await house.reaches(actionOf(answer), 'succeeded')
    expect(ended?.answer).toMatchObject({ status: 200, cut: 'bytes' })
  })

  test('is opened no further than it is taken', async () => {
    let hasLeft = false
    const body = new Flow(
      bomb.length,
      () => undefined,
      () => (hasLeft = true),
    )
    body.push(bomb)
    for await (const piece of opened(body, 'gzip')) {
      expect(piece.length).toBeLessThan(1024 * 1024)
      break
    }
    await expect.poll(() => hasLeft).toBe(true)
  })
})

test.each([
  [[], 'none'],
  [['identity'], 'none'],
  [[''], 'none'],
  [['GZIP'], 'gzip'],
  [['identity, br'], 'br'],
  [['gzip, gzip'], 'unknown'],
  [['gzip', 'br'], 'unknown'],
  [['compress'], 'unknown'],
  [['toString'], 'unknown'],
] as const)('Content-Encoding %j is %s', (values, coding) => {
  expect(codingOf(values.map((value) => ['Content-Encoding', value]))).toBe(coding)
})
