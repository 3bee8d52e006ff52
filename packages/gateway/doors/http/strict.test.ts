import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { rawClient, rawExchange } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEAD_LIMIT_BYTES, PIPELINE_LIMIT } from './limits.ts'

let target: RecordingUpstream
let house: HttpHouse
/** The line that makes each of these requests an authenticated one: what is refused is refused for its form alone. */
let key = ''

beforeAll(async () => {
  target = await recordingUpstream()
  house = await openHttpHouse({ target: target.url, resource: CREDENTIAL, secret: 'target-secret' })
  key = `Authorization: Bearer ${house.key}\r\n`
})
afterAll(async () => {
  await house.close()
  await target.close()
})

const CREDENTIAL = "    credential: { header: x-api-key, format: '{}', secret: env:CRM_SECRET }"
const HOST = 'Host: localhost\r\n'
const CLOSE = 'Connection: close\r\n'

/** What is wrong, the bytes, and the status that says so. `§` stands for the key. */
// biome-ignore format: a table is read by its rows
const CORPUS: readonly (readonly [what: string, bytes: string, status: number])[] = [
  ['a body by length', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 2\r\n\r\nhi`, 403],
  ['a body in chunks', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, 403],
  ['a body of a GET', `GET /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 2\r\n\r\nhi`, 400],
  ['a body of a HEAD', `OPTIONS /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, 400],
  ['trailers', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-A: 1\r\n\r\n`, 400],
  ['chunks in HTTP/1.0', `POST /crm/a HTTP/1.0\r\n${HOST}§Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, 400],
  ['a body that is too large for anybody', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 999999999999999\r\n\r\n`, 413],
  ['a length without an end', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 9999999999999999\r\n\r\n`, 400],
  ['a length in hexadecimal', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 0x2\r\n\r\nhi`, 400],
  ['no chunks at all', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 403],
  ['both lengths', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['both lengths the other way', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, 400],
  ['an encoding with a comma', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n`, 400],
  ['an encoding that only looks like it', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, 400],
  ['an encoding with a tab', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, 400],
  ['two encodings', `POST /crm/a HTTP/1.1\r\n${HOST}§Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`, 400],
  ['two lengths', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 0\r\nContent-Length: 0\r\n\r\n`, 400],
  ['two different lengths', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`, 400],
  ['a length with a sign', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: +0\r\n\r\n`, 400],
  ['a list of lengths', `POST /crm/a HTTP/1.1\r\n${HOST}§Content-Length: 0, 0\r\n\r\n`, 400],
  ['a folded header', `GET /crm/a HTTP/1.1\r\n${HOST}§X-A: 1\r\n 2\r\n\r\n`, 400],
  ['a space before the colon', `GET /crm/a HTTP/1.1\r\n${HOST}§Content-Length : 0\r\n\r\n`, 400],
  ['a bare line feed', `GET /crm/a HTTP/1.1\n${HOST}§\n`, 400],
  ['a bare carriage return in a value', `GET /crm/a HTTP/1.1\r\n${HOST}§X-A: 1\r2\r\n\r\n`, 400],
  ['a NUL in a value', `GET /crm/a HTTP/1.1\r\n${HOST}§X-A: 1\x002\r\n\r\n`, 400],
  ['a value that is no ASCII', `GET /crm/a HTTP/1.1\r\n${HOST}§X-A: caf\xe9\r\n\r\n`, 400],
  ['no name', `GET /crm/a HTTP/1.1\r\n${HOST}§: 1\r\n\r\n`, 400],
  ['a name with a space', `GET /crm/a HTTP/1.1\r\n${HOST}§X A: 1\r\n\r\n`, 400],
  ['no host', 'GET /crm/a HTTP/1.1\r\n§\r\n', 400],
  ['two hosts', `GET /crm/a HTTP/1.1\r\n${HOST}${HOST}§\r\n`, 400],
  ['a foreign host', 'GET /crm/a HTTP/1.1\r\nHost: rebound.example\r\n§\r\n', 400],
  ['a host that only ends like ours', 'GET /crm/a HTTP/1.1\r\nHost: localhost.evil.example\r\n§\r\n', 400],
  ['a host with a user', 'GET /crm/a HTTP/1.1\r\nHost: a@localhost\r\n§\r\n', 400],
  ['a page of another origin', `GET /crm/a HTTP/1.1\r\n${HOST}§Origin: https://evil.example\r\n\r\n`, 400],
  ['a page of no origin', `GET /crm/a HTTP/1.1\r\n${HOST}§Origin: null\r\n\r\n`, 400],
  ['a page of another site that sends no origin', `GET /crm/a HTTP/1.1\r\n${HOST}§Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n\r\n`, 400],
  ['a page of a neighbouring site', `GET /crm/a HTTP/1.1\r\n${HOST}§Sec-Fetch-Site: same-site\r\n\r\n`, 400],
  ['two sites', `GET /crm/a HTTP/1.1\r\n${HOST}§Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n\r\n`, 400],
  ['a site in capitals', `GET /crm/a HTTP/1.1\r\n${HOST}§Sec-Fetch-Site: Cross-Site\r\n\r\n`, 400],
  ['a method in the query', `GET /crm/a?a=1;_METHOD%00=DELETE HTTP/1.1\r\n${HOST}§\r\n`, 403],
  ['absolute form to another host', `GET http://evil.example/crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['absolute form with a user', `GET http://localhost@evil/crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['absolute form by TLS', `GET https://localhost/crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['asterisk form', `OPTIONS * HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['a tunnel', `CONNECT crm:443 HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['an echo of itself', `TRACE /crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['an upgrade to HTTP/2', `GET /crm/a HTTP/1.1\r\n${HOST}§Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`, 403],
  ['an upgrade to WebSocket', `GET /crm/a HTTP/1.1\r\n${HOST}§Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 403],
  ['HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['HTTP/0.9', 'GET /crm/a\r\n\r\n', 400],
  ['a version that is none', `GET /crm/a HTTP/9.9\r\n${HOST}§\r\n`, 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a method in lower case', `get /crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['a space in the target', `GET /crm/a b HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['no ASCII in the target', `GET /crm/caf\xe9 HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['two slashes', `GET //crm/a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['two slashes after the resource', `GET /crm//a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['dot segments', `GET /crm/a/../../b HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['encoded dot segments', `GET /crm/%2e%2e/b HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['dots and a blank', `GET /crm/a/..%20/b HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['an encoded slash', `GET /crm%2fa HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['a backslash', `GET /crm\\a HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['a fragment', `GET /crm/a#b HTTP/1.1\r\n${HOST}§\r\n`, 400],
  ['a method in a header', `POST /crm/a HTTP/1.1\r\n${HOST}§X-HTTP-Method-Override: DELETE\r\n\r\n`, 400],
  ['a method in a header with dots', `GET /crm/a HTTP/1.1\r\n${HOST}§X.HTTP.Method.Override: DELETE\r\n\r\n`, 400],
  ['a beginning of the path in a header', `GET /crm/x/admin HTTP/1.1\r\n${HOST}§Script_Name: /x\r\n\r\n`, 400],
  ['a path in a header', `GET /crm/a HTTP/1.1\r\n${HOST}§X-Original-URL: /admin\r\n\r\n`, 400],
  ['an expectation that nobody knows', `GET /crm/a HTTP/1.1\r\n${HOST}§Expect: magic\r\n\r\n`, 400],
  ['two reasons', `GET /crm/a HTTP/1.1\r\n${HOST}§Sallyport-Reason: a\r\nSallyport-Reason: b\r\n\r\n`, 400],
  ['two idempotency keys', `GET /crm/a HTTP/1.1\r\n${HOST}§Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n`, 400],
  ['an idempotency key that is too long', `GET /crm/a HTTP/1.1\r\n${HOST}§Idempotency-Key: ${'k'.repeat(129)}\r\n\r\n`, 400],
  ['a reason that is no UTF-8', `GET /crm/a HTTP/1.1\r\n${HOST}§Sallyport-Reason: \xff\xfe\r\n\r\n`, 400],
  ['two keys', `GET /crm/a HTTP/1.1\r\n${HOST}§§\r\n`, 400],
  ['a head that is too large', `GET /crm/a HTTP/1.1\r\n${HOST}§X-A: ${'a'.repeat(HEAD_LIMIT_BYTES)}\r\n\r\n`, 413],
  ['no key', `GET /crm/a HTTP/1.1\r\n${HOST}\r\n`, 401],
  ['a key that is none', `GET /crm/a HTTP/1.1\r\n${HOST}Authorization: Bearer hello\r\n\r\n`, 401],
  ['a key of nobody', `GET /crm/a HTTP/1.1\r\n${HOST}Authorization: Bearer sp_${'0'.repeat(40)}\r\n\r\n`, 401],
  ['a scheme that nobody knows', `GET /crm/a HTTP/1.1\r\n${HOST}Authorization: Digest x\r\n\r\n`, 401],
  ['no resource', `GET / HTTP/1.1\r\n${HOST}§\r\n`, 404],
  ['a resource that is not there', `GET /nothing/a HTTP/1.1\r\n${HOST}§\r\n`, 404],
  ['a resource of ours', `GET /mcp/crm HTTP/1.1\r\n${HOST}§\r\n`, 404],
  ['a resource in capitals', `GET /CRM/a HTTP/1.1\r\n${HOST}§\r\n`, 404],
  ['a host that names no resource', 'GET /crm/a HTTP/1.1\r\nHost: nothing.localhost\r\n§\r\n', 404],
]

function statuses(received: string): readonly number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}

describe('not a byte of what leaves a doubt reaches the target', () => {
  test.each(CORPUS)('%s', async (_, bytes, status) => {
    const received = await rawExchange(
      house.port,
      bytes.replaceAll('§', key).replace('\r\n\r\n', `\r\n${CLOSE}\r\n`),
    )
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(received).toContain('application/problem+json')
    expect(statuses(received)).toHaveLength(1)
    expect(target.connections()).toBe(0)
  })

  test.each([
    ['hello', 'a chunk without a size'],
    ['2\r\nhi!\r\n0\r\n\r\n', 'a chunk that is longer than it says'],
    ['-1\r\nhi\r\n0\r\n\r\n', 'a chunk of a negative size'],
    ['2;\nhi\r\n0\r\n\r\n', 'a bare line feed after an extension'],
    ['2\nhi\r\n0\r\n\r\n', 'a bare line feed after a size'],
    ['ffffffffffffffff1\r\nhi\r\n0\r\n\r\n', 'a size beyond all numbers'],
  ])('and `%s` (%s) ends the connection', async (chunks) => {
    await rawExchange(
      house.port,
      `POST /crm/a HTTP/1.1\r\n${HOST}${key}Transfer-Encoding: chunked\r\n\r\n${chunks}`,
    )
    expect(target.connections()).toBe(0)
  })

  test(
    claim('G5', 'http', 'and what follows such a request on its connection is not read either'),
    async () => {
      const bytes = `POST /crm/a HTTP/1.1\r\n${HOST}${key}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /crm/a HTTP/1.1\r\n${HOST}${key}\r\n`
      const received = await rawExchange(house.port, bytes)
      expect(statuses(received)).toHaveLength(1)
      expect(target.connections()).toBe(0)
    },
  )

  test('an encoding that Node only finds wrong after the head ends the connection', async () => {
    await rawExchange(
      house.port,
      `POST /crm/a HTTP/1.1\r\n${HOST}${key}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    )
    expect(target.connections()).toBe(0)
  })

  test('garbage behind a request that waits ends the connection without an answer', async () => {
    const client = rawClient(house.port)
    client.send(`DELETE /crm/a/1 HTTP/1.1\r\n${HOST}${key}\r\n`)
    const [life] = await house.waiting(1)
    client.send('garbage\r\n\r\n')
    expect(await client.closed).toBe('')
    await house.reaches(life?.action.id ?? null, 'withdrawn')
    expect(target.connections()).toBe(0)
  })

  test('more requests in a row than may wait end the connection, and what waits on it', async () => {
    const client = rawClient(house.port)
    client.send(`DELETE /crm/a/1 HTTP/1.1\r\n${HOST}${key}\r\n`)
    const [life] = await house.waiting(1)
    client.send(`GET /crm/a HTTP/1.1\r\n${HOST}${key}\r\n`.repeat(PIPELINE_LIMIT + 1))
    expect(await client.closed).toBe('')
    await house.reaches(life?.action.id ?? null, 'withdrawn')
    expect(target.connections()).toBe(0)
  })

  test.each([
    ['long', `Content-Length: 1000000\r\n\r\n${'x'.repeat(70_000)}`],
    ['in chunks', `Transfer-Encoding: chunked\r\n\r\n${'ffff\r\n'.padEnd(70_000, 'x')}`],
  ])(
    claim(
      'G6',
      'http',
      'a body that is %s and comes behind a held request ends both: nobody could see its sender leave',
    ),
    async (_, framed) => {
      const client = rawClient(house.port)
      client.send(
        `DELETE /crm/a/1 HTTP/1.1\r\n${HOST}${key}\r\nPOST /crm/a HTTP/1.1\r\n${HOST}${key}${framed}`,
      )
      expect(await client.closed).toBe('')
      for (const life of await house.inside.store.read('open', { limit: 10 }))
        await house.reaches(life.action.id, 'withdrawn')
      expect(target.connections()).toBe(0)
    },
  )
})

test(
  claim('G2', 'http', 'pipelined requests are actions of their own, judged apart and run in their order'),
  async () => {
    const own = await recordingUpstream((head, socket) => void socket.write(answer(head.split(' ')[1] ?? '')))
    const ours = await openHttpHouse({ target: own.url })
    const bearer = `Authorization: Bearer ${ours.key}\r\n`
    const client = rawClient(ours.port)
    client.send(
      `GET /crm/a HTTP/1.1\r\n${HOST}${bearer}\r\n` +
        `POST /crm/b HTTP/1.1\r\n${HOST}${bearer}\r\n` +
        `DELETE /crm/c HTTP/1.1\r\n${HOST}${bearer}\r\n` +
        `GET /crm/d HTTP/1.1\r\n${HOST}${bearer}${CLOSE}\r\n`,
    )
    const [life] = await ours.waiting(1)
    if (life === undefined) throw new Error('nothing waits')
    expect(own.requests().map((head) => head.split(' ', 2).join(' '))).toEqual(['GET /a'])
    await ours.decide(life, 'approve')
    const received = await client.closed
    expect(statuses(received)).toEqual([200, 403, 200, 200])
    expect(own.requests().map((head) => head.split(' ', 2).join(' '))).toEqual([
      'GET /a',
      'DELETE /c',
      'GET /d',
    ])
    const actions = received.match(/Sallyport-Action: act_\w+/g) ?? []
    expect(new Set(actions).size).toBe(4)
    await ours.close()
    await own.close()
  },
)
