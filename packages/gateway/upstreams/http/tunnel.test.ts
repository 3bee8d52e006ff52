import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { Digest } from '@sallyport/core/action/ids'
import type { HttpMessage } from '@sallyport/describe/http/message'
import { type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'
import type { Answer } from '../../guard/answer.ts'
import { freshClient } from './connect.ts'
import type { Received } from './exchange.ts'
import { newHandshake, openTunnel, type TunnelWaits } from './tunnel.ts'
import { NO_VEIL } from './veil.ts'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const DIGEST = '00' as Digest
const PATIENT: TunnelWaits = { idleMs: 60_000, longestMs: 60_000, endMs: 60_000 }

let target: RecordingUpstream
afterEach(() => target.close())

/** The 101 that a request asks for, with other lines than it should have. */
function switching(head: string, changes: Readonly<Record<string, string | null>> = {}): string {
  const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1] ?? ''
  const lines = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': createHash('sha1').update(`${key}${GUID}`).digest('base64'),
    ...changes,
  }
  const given = Object.entries(lines).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  )
  return `${['HTTP/1.1 101 Switching Protocols', ...given].join('\r\n')}\r\n\r\n`
}

interface Asked {
  readonly waits?: TunnelWaits
  readonly signal?: AbortSignal
  readonly says?: AsyncIterable<Uint8Array>
}

async function ask(
  respond: (head: string, socket: Socket) => void,
  { waits = PATIENT, signal = new AbortController().signal, says = nothing() }: Asked = {},
): Promise<Answer> {
  target = await recordingUpstream(respond)
  const headers = [['sec-websocket-protocol', 'v1, v2']] as const
  const message: HttpMessage = {
    kind: 'http',
    method: 'GET',
    path: '/a',
    query: '',
    headers,
    body: null,
    cap: null,
    upgrade: 'websocket',
  }
  const handshake = newHandshake()
  const request = { method: 'GET', path: '/a', headers: [...headers, ...handshake.headers].flat() } as const
  let bytes = 0
  async function* counted() {
    for await (const chunk of says) {
      bytes += chunk.length
      yield chunk
    }
  }
  const up = { body: Readable.from(counted()), length: null, sent: () => ({ bytes, digest: DIGEST }) }
  const ordinary = async ({ status, body, outcome }: Received): Promise<Answer> => ({
    kind: 'http',
    status,
    headers: [],
    body,
    outcome,
  })
  const client = freshClient(new URL(target.url))
  const opening = { message, handshake, veil: NO_VEIL, up, ordinary }
  const asking = openTunnel(client, request, opening, signal, waits)
  void client.close()
  return asking
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  await new Promise(() => undefined)
  yield new Uint8Array()
}

async function read({ body }: Answer): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

describe('a target that does not agree to this very handshake opens nothing', () => {
  // biome-ignore format: a table is read by its rows
  test.each<readonly [what: string, changes: Readonly<Record<string, string | null>>]>([
    ['another accept', { 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }],
    ['no accept', { 'Sec-WebSocket-Accept': null }],
    ['another protocol of the connection', { Upgrade: 'h2c' }],
    ['two of them', { Upgrade: 'websocket, h2c' }],
    ['none', { Upgrade: null }],
    ['a connection that does not upgrade', { Connection: 'keep-alive' }],
    ['compression', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }],
    ['a subprotocol that nobody offered', { 'Sec-WebSocket-Protocol': 'v3' }],
    ['two subprotocols', { 'Sec-WebSocket-Protocol': 'v1, v2' }],
  ])('by %s', async (_, changes) => {
    const asking = ask((head, socket) => void socket.write(`${switching(head, changes)}\x81\x00`, 'latin1'))
    await expect(asking).rejects.toMatchObject({ sent: true })
  })

  test('by hanging up', async () => {
    await expect(ask((_, socket) => void socket.destroy())).rejects.toMatchObject({ sent: true })
  })

  test('by an answer like any other, which goes on as one', async () => {
    const answered = await ask(
      (_, socket) => void socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
    )
    expect(answered).toMatchObject({ kind: 'http', status: 401 })
    expect(await read(answered)).toBe('no')
    expect(await answered.outcome).toMatchObject({ kind: 'succeeded', answer: { status: 401, bytes: 2 } })
  })
})

describe('an open tunnel', () => {
  test('has what came with the 101, and ended well where the target says that it is done', async () => {
    const answered = await ask((head, socket) =>
      socket.end(`${switching(head, { 'Sec-WebSocket-Protocol': 'v2' })}\x81\x02hi\x88\x00`, 'latin1'),
    )
    expect(answered.headers).toEqual([['sec-websocket-protocol', 'v2']])
    expect(await read(answered)).toBe('\x81\x02hi\x88\x00')
    expect(await answered.outcome).toMatchObject({ kind: 'succeeded', answer: { status: 101, bytes: 6 } })
  })

  test.each([
    ['says that it is done no more', '\x81\x02hi'],
    ['says half a frame', '\x81\x02h'],
    ['says what is no frame', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['goes on after it said that it is done', '\x88\x00\x81\x00'],
  ])('broke where the target %s', async (_, bytes) => {
    const answered = await ask((head, socket) => socket.end(`${switching(head)}${bytes}`, 'latin1'))
    await expect(read(answered)).rejects.toThrow()
    expect((await answered.outcome).kind).toBe('unknown')
  })

  test.each<readonly [what: string, waits: TunnelWaits, chatty: boolean]>([
    ['nobody says anything for too long', { ...PATIENT, idleMs: 50 }, false],
    ['it is too old, whatever is said in it', { ...PATIENT, longestMs: 200 }, true],
  ])('is cut when %s', async (_, waits, chatty) => {
    const answered = await ask(
      (head, socket) => {
        socket.write(switching(head))
        const chat = setInterval(() => chatty && socket.write('\x8a\x00', 'latin1'), 10)
        socket.on('close', () => clearInterval(chat))
      },
      { waits },
    )
    await expect(read(answered)).rejects.toThrow()
    expect((await answered.outcome).kind).toBe('unknown')
  })

  test('is cut when its client is done and the target is not, in the end', async () => {
    const says = (async function* () {
      yield Buffer.from('bye')
    })()
    const answered = await ask((head, socket) => void socket.write(switching(head)), {
      says,
      waits: { ...PATIENT, endMs: 50 },
    })
    // A target that half closes in its turn ends it as well, and neither of them said that it is done.
    await expect(read(answered)).rejects.toThrow()
    expect(await answered.outcome).toMatchObject({ kind: 'unknown', body: { bytes: 3 } })
  })

  test('is cut from our side, also where nobody ever read of it', async () => {
    const cutting = new AbortController()
    const answered = await ask((head, socket) => void socket.write(switching(head)), {
      signal: cutting.signal,
    })
    cutting.abort()
    expect((await answered.outcome).kind).toBe('unknown')
  })

  test('sends nothing of its client before somebody reads what comes back', async () => {
    const says = (async function* () {
      yield Buffer.from('early')
    })()
    const answered = await ask((head, socket) => void socket.write(switching(head)), { says })
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
    expect(target.bytes()).not.toContain('early')
    const reading = read(answered).catch(() => 'broken')
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!target.bytes().endsWith('early')) return
        clearInterval(look)
        resolve()
      }, 5)
    })
    await target.close()
    expect(await reading).toBe('broken')
  })
})
