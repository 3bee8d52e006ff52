import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { claim } from '@sallyport/testkit/claim'
import { openHttpHouse } from '@sallyport/testkit/http-house'
import { actionOf, type Fronted, houseBefore as frontedBy, received } from '@sallyport/testkit/http-target'
import { answer, type Respond, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_CONTENT } from '../../guard/content.ts'
import { openHttpUpstream } from './open.ts'

const SECRET = 'tgt-0123456789/abc+def'
const RESOURCE = `    credential: { header: x-api-key, format: 'Key {}', secret: env:CRM_SECRET }`

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function houseBefore(respond: Respond, secret = SECRET): Promise<Fronted> {
  const fronted = await frontedBy(respond, { resource: RESOURCE, secret })
  closing.push(() => fronted.close())
  return fronted
}

describe('the credential of the target', () => {
  test('goes in behind everything of the caller, and what the caller sends under its name goes nowhere', async () => {
    const { house, target } = await houseBefore((_, socket) => void socket.write(answer('ok')))
    await received(house, 'GET /crm/a', 'X-Api-Key: mine', 'X_API_KEY: mine', 'Connection: x-api-key')
    const [head = ''] = target.requests()
    expect(head.endsWith(`\r\nx-api-key: Key ${SECRET}`)).toBe(true)
    expect(head).not.toContain('mine')
    expect(head).not.toContain(house.key)
  })

  test(
    claim('G8', 'http', 'is in no byte that the agent receives, though the target echoes it in every way'),
    async () => {
      const { house, target } = await houseBefore((head, socket) => {
        const key = /x-api-key: (.*)/.exec(head)?.[1] ?? ''
        const body = [
          key,
          JSON.stringify({ key }),
          encodeURIComponent(key),
          btoa(key),
          btoa(`x${key}`),
          btoa(`xy${key}`),
        ].join('\n')
        socket.write(`HTTP/1.1 200 OK\r\nX-Echo: ${key}\r\nContent-Length: ${body.length}\r\n\r\n`)
        // One byte at a time, so that it lies across every border there is.
        for (const byte of body) socket.write(byte)
      })
      const bytes = await received(house)
      expect(target.bytes()).toContain(SECRET)
      expect(bytes).toMatch(/^HTTP\/1.1 200 /)
      for (const part of [SECRET, SECRET.slice(4, -4), encodeURIComponent(SECRET), btoa(SECRET).slice(2, -4)])
        expect(bytes).not.toContain(part)
      const body = bytes.slice(bytes.indexOf('\r\n\r\n') + 4)
      expect(body).toHaveLength(Number(/content-length: (\d+)/i.exec(bytes)?.[1]))
      for (const decoded of body
        .split('\n')
        .map((line) => Buffer.from(line.replaceAll('*', 'A'), 'base64').toString('latin1')))
        expect(decoded).not.toContain(SECRET.slice(2, -2))
    },
  )

  test('that cannot be had lets nothing be sent', async () => {
    const { house, target } = await houseBefore((_, socket) => void socket.write(answer('ok')), '')
    expect(await received(house)).toMatch(/^HTTP\/1.1 503 [\s\S]*unavailable/)
    expect(target.connections()).toBe(0)
  })

  test('that is no header value lets nothing be sent, and is not told', async () => {
    const { house, target } = await houseBefore(
      (_, socket) => void socket.write(answer('ok')),
      'tgt-line\nbreak',
    )
    const bytes = await received(house)
    expect(bytes).toMatch(/^HTTP\/1.1 503 /)
    expect(bytes).not.toContain('tgt-line')
    expect(target.bytes()).toBe('')
  })
})

describe('an answer that nobody could look into', () => {
  test.each([
    ['compressed in an unknown way', `Content-Encoding: pack200-gzip\r\n`],
    ['compressed twice', `Content-Encoding: br\r\nContent-Encoding: gzip\r\n`],
    ['compressed twice in one line', `Content-Encoding: gzip, gzip\r\n`],
    ['a piece of what is compressed', `Content-Encoding: gzip\r\nContent-Type: multipart/byteranges\r\n`],
    ['in another transfer coding', `Transfer-Encoding: gzip\r\nConnection: close\r\n`],
  ])('%s is withheld, and the record says that it ran', async (_, headers) => {
    const zipped = gzipSync(`key ${SECRET}`)
    const { house } = await houseBefore((_head, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${headers}\r\n`)
      socket.end(zipped)
    })
    const bytes = await received(house)
    expect(bytes).toMatch(/^HTTP\/1.1 502 [\s\S]*the content was withheld/)
    expect(bytes).not.toContain(zipped.toString('latin1').slice(0, 10))
    const life = await house.reaches(actionOf(bytes), 'succeeded')
    expect(life.ended).toMatchObject({ answer: { status: 200 } })
  })
})

describe('where a credential is injected', () => {
  test.each([
    ['a piece', '206 Partial Content', 'Content-Range: bytes 0-2/99', 'in pieces'],
    ['pieces', '200 OK', 'Content-Type: multipart/byteranges; boundary=x', 'in pieces'],
    ['UTF-16', '200 OK', 'Content-Type: text/plain; charset=UTF-16', 'in a character set'],
    ['UTF-32, quoted', '200 OK', 'Content-Type: text/plain;Charset="utf-32le"', 'in a character set'],
    ['a second charset', '200 OK', 'Content-Type: a/b;charset=utf-8;charset=utf-7', 'in a character set'],
    ['an extended charset', '200 OK', 'Content-Type: a/b;charset*=ibm037', 'in a character set'],
    ['a row of them', '200 OK', `Content-Type: a/b;${'charset'.repeat(1000)}=utf-16`, 'in a character set'],
  ])(
    claim('G8', 'http', '%s is withheld, and the record says that it ran'),
    async (_, status, header, how) => {
      const { house } = await houseBefore(
        (_head, socket) => void socket.write(answer('tgt', `${header}\r\n`, status)),
      )
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 502 [\s\S]*the content was withheld/)
      expect(bytes).toContain(how)
      const life = await house.reaches(actionOf(bytes), 'succeeded')
      expect(life.ended).toMatchObject({ answer: { status: Number(status.slice(0, 3)) } })
    },
  )

  test.each(['utf-8', 'ISO-8859-1', '"windows-1252"', 'shift_jis'])('%s can be read', async (charset) => {
    const { house } = await houseBefore(
      (_, socket) => void socket.write(answer('ok', `Content-Type: text/plain; charset=${charset}\r\n`)),
    )
    expect(await received(house)).toMatch(/^HTTP\/1.1 200 /)
  })

  test(claim('G8', 'http', 'a header whose name it is goes nowhere'), async () => {
    const { house } = await houseBefore(
      (_, socket) => void socket.write(answer('ok', 'X-Tgt-0123456789abcdef: 1\r\nX-Other: 1\r\n')),
      'tgt-0123456789abcdef',
    )
    const bytes = await received(house)
    expect(bytes).toMatch(/x-other: 1/i)
    expect(bytes).not.toMatch(/0123456789abcdef/)
  })

  test(claim('G8', 'http', 'nobody can ask for pieces or for another character set'), async () => {
    const { house, target } = await houseBefore((_, socket) => void socket.write(answer('ok')))
    await received(
      house,
      'GET /crm/a',
      'Range: bytes=0-2',
      'If-Range: "1"',
      'Accept_Charset: utf-16',
      'Accept: text/plain; Charset=utf-16;q=1, a/b;charset="utf-32"',
    )
    const [head = ''] = target.requests()
    expect(head).not.toMatch(/range|charset|utf/i)
    expect(head).toContain('\r\naccept: text/plain;q=1, a/b\r\n')
  })
})

test('without a credential pieces are answers', async () => {
  const target = await recordingUpstream(
    (_, socket) => void socket.write(answer('abc', '', '206 Partial Content')),
  )
  closing.push(() => target.close())
  const house = await openHttpHouse({ target: target.url })
  closing.push(() => house.close())
  expect(await received(house, 'GET /crm/a', 'Range: bytes=0-2')).toMatch(/^HTTP\/1.1 206 /)
  expect(target.requests()[0]).toContain('range: bytes=0-2')
})

test('a redirect is an answer, and nobody follows it', async () => {
  const elsewhere = await recordingUpstream()
  closing.push(() => elsewhere.close())
  const { house } = await houseBefore(
    (_, socket) => void socket.write(answer('', `Location: ${elsewhere.url}/x\r\n`, '302 Found')),
  )
  expect(await received(house)).toMatch(/^HTTP\/1.1 302 /)
  expect(elsewhere.connections()).toBe(0)
})

test('reads share connections, and each change has its own', async () => {
  const { house, target } = await houseBefore((_, socket) => void socket.write(answer('ok')))
  await received(house)
  await received(house)
  expect(target.connections()).toBe(1)
  const asking = fetch(`${house.url}/crm/customers/7`, { method: 'DELETE', headers: house.headers() })
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  await house.decide(life, 'approve')
  expect((await asking).status).toBe(200)
  expect(target.connections()).toBe(2)
})

test('a server of today gets requests that it understands', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.method, request.url, request.headers['x-api-key'] as string)
    response.end('fine')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const house = await openHttpHouse({
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    resource: RESOURCE,
    secret: SECRET,
  })
  const response = await fetch(`${house.url}/crm/caf%c3%a9?q=%7e`, { headers: house.headers() })
  expect(await response.text()).toBe('fine')
  expect(seen).toEqual(['GET', '/v1/caf%C3%A9?q=~', `Key ${SECRET}`])
  await house.close()
  server.closeAllConnections()
  server.close()
})

describe('no permit, no bytes', () => {
  const canonical = Buffer.from('{}')
  const upstreamAt = (url: string) =>
    openHttpUpstream({
      resource: { address: new URL(url), credential: null, routes: [], cap: null, fields: {} },
      credentialValue: () => 'x',
      introduce: null,
      sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    })

  test(claim('G1', 'http', 'a permit that was not minted opens nothing'), async () => {
    const target = await recordingUpstream()
    closing.push(() => target.close())
    const forged = Object.freeze({ kind: 'exact', action: 'act_x', digest: 'd', nonce: new Uint8Array(32) })
    const upstream = upstreamAt(target.url)
    const sending = upstream.send(forged as never, canonical, NO_CONTENT, new AbortController().signal)
    await expect(sending).rejects.toThrow('never minted')
    await upstream.close()
    expect(target.connections()).toBe(0)
  })

  test('a probe sends no byte of anybody', async () => {
    const target = await recordingUpstream()
    closing.push(() => target.close())
    const upstream = upstreamAt(target.url)
    expect(await upstream.reachable()).toBe(true)
    await upstream.close()
    expect(target.bytes()).toBe('')
  })
})
