import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { claim } from '@sallyport/testkit/claim'
import { actionOf, type Fronted, houseBefore, received, requestOf } from '@sallyport/testkit/http-target'
import { rawClient } from '@sallyport/testkit/raw'
import type { Respond } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'

const SECRET = 'tgt-0123456789abcdef'
const CREDENTIAL = {
  resource: `    credential: { header: x-api-key, format: '{}', secret: env:CRM_SECRET }`,
  secret: SECRET,
}
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n'

const closing: Fronted[] = []
afterEach(async () => {
  for (const fronted of closing.splice(0)) await fronted.close()
})

async function before(respond: Respond, settings = CREDENTIAL): Promise<Fronted> {
  const fronted = await houseBefore(respond, settings)
  closing.push(fronted)
  return fronted
}

describe('trailers', () => {
  const TRAILED = `${CHUNKED}Trailer: X-Sum, Server-Timing, Set-Cookie, Location, Digest\r\n\r\n2\r\nhi\r\n0\r\n`
  const TRAILERS = `X-Sum: ${SECRET}\r\nServer-Timing: db;dur=1\r\nSet-Cookie: a=b\r\nLocation: /x\r\nDigest: x\r\nX-Unannounced: 1\r\n\r\n`

  test(
    claim('G8', 'http', 'that were announced go on behind the content, veiled, to a client that takes them'),
    async () => {
      const { house } = await before((_, socket) => void socket.write(TRAILED + TRAILERS))
      const bytes = await received(house, 'GET /crm/a', 'TE: trailers')
      expect(bytes).toMatch(/\r\ntrailer: x-sum, server-timing\r\n/i)
      expect(bytes.slice(bytes.indexOf('\r\nhi\r\n'))).toBe(
        `\r\nhi\r\n0\r\nx-sum: ${'*'.repeat(SECRET.length)}\r\nserver-timing: db;dur=1\r\n\r\n`,
      )
    },
  )

  test('go nowhere where the client does not take them', async () => {
    const { house } = await before((_, socket) => void socket.write(TRAILED + TRAILERS))
    const bytes = await received(house)
    expect(bytes).not.toMatch(/x-sum|server-timing/i)
    expect(bytes.endsWith('\r\nhi\r\n0\r\n\r\n')).toBe(true)
  })

  test('of an answer that is opened tell nothing of its compressed bytes', async () => {
    const packed = gzipSync('hi').toString('latin1')
    const head = `${CHUNKED}Content-Encoding: gzip\r\nTrailer: Content-Digest, X-Sum\r\n\r\n`
    const { house } = await before(
      (_, socket) =>
        void socket.write(
          `${head}${packed.length.toString(16)}\r\n${packed}\r\n0\r\nX-Sum: 1\r\nContent-Digest: x\r\n\r\n`,
          'latin1',
        ),
      { resource: '', secret: '' },
    )
    const bytes = await received(house, 'GET /crm/a', 'TE: trailers')
    expect(bytes).toMatch(/\r\ntrailer: x-sum\r\n/i)
    expect(bytes.endsWith('\r\nhi\r\n0\r\nx-sum: 1\r\n\r\n')).toBe(true)
  })

  test.each(['HEAD /crm/a', 'GET /crm/b'])('are none where there is no content: %s', async (line) => {
    const { house } = await before(
      (head, socket) =>
        void socket.write(
          head.includes('/b')
            ? 'HTTP/1.1 204 No Content\r\nTrailer: X-Sum\r\n\r\n'
            : `${CHUNKED}Trailer: X-Sum\r\n\r\n`,
        ),
    )
    expect(await received(house, line, 'TE: trailers')).toMatch(/^HTTP\/1.1 20[04] (?![\s\S]*trailer)/i)
  })
})

describe('an answer that does not end', () => {
  async function events(): Promise<Fronted & { readonly sockets: Socket[]; readonly gone: Promise<void> }> {
    const sockets: Socket[] = []
    let hungUp: () => void = () => undefined
    const gone = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const fronted = await before((_, socket) => {
      sockets.push(socket)
      socket.on('close', hungUp)
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
    })
    return { ...fronted, sockets, gone }
  }

  test('reaches the client event by event, its head before the first one', async () => {
    const { house, sockets } = await events()
    const client = rawClient(house.port)
    client.send(requestOf(house, 'GET /crm/events'))
    await client.until((all) => all.includes('\r\n\r\n'))
    for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: tgt\n\n']) {
      sockets[0]?.write(event)
      // Nothing more is sent before this one is here.
      await client.until((all) => all.includes(event))
    }
    client.socket.destroy()
  })

  test('ends when the client goes, and its outcome is not known', async () => {
    const { house, sockets, gone } = await events()
    const client = rawClient(house.port)
    client.send(requestOf(house, 'GET /crm/events'))
    await client.until((all) => all.includes('\r\n\r\n'))
    sockets[0]?.write('data: 1\n\n')
    const bytes = await client.until((all) => all.includes('data: 1'))
    client.socket.destroy()
    await gone
    await house.reaches(actionOf(bytes), 'unknown')
  })
})
