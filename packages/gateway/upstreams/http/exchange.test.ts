import type { Socket } from 'node:net'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { Pool } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UpstreamFailure } from '../upstream.ts'
import { canConnect, checkedLookup, freshClient } from './connect.ts'
import { exchange, type Received } from './exchange.ts'
import { NO_BODY } from './outgoing.ts'

const open: RecordingUpstream[] = []
afterEach(async () => {
  for (const target of open.splice(0)) await target.close()
})

async function targetThat(respond: Parameters<typeof recordingUpstream>[0]): Promise<RecordingUpstream> {
  const target = await recordingUpstream(respond)
  open.push(target)
  return target
}

function ask(
  url: string,
  headers: readonly string[] = [],
  signal = new AbortController().signal,
): Promise<Received> {
  const client = freshClient(new URL(url))
  const asking = exchange(
    client,
    { method: 'POST', path: '/a', headers: [...headers], body: null },
    NO_BODY,
    signal,
  )
  void client.close()
  return asking
}

/** What an exchange failed with: whether anything may have reached the target. */
async function sent(asking: Promise<unknown>): Promise<boolean | 'answered'> {
  try {
    await asking
    return 'answered'
  } catch (cause) {
    if (!(cause instanceof UpstreamFailure)) throw cause
    return cause.sent
  }
}

describe('where no connection was made, nothing was sent, and that is known', () => {
  test('nobody listens', async () => {
    const gone = await recordingUpstream()
    await gone.close()
    expect(await sent(ask(gone.url))).toBe(false)
  })

  test('the name does not resolve', async () => {
    expect(await sent(ask('http://nowhere.invalid'))).toBe(false)
  })

  test('the target does not speak TLS', async () => {
    const target = await targetThat((_, socket) => void socket.destroy())
    const asking = sent(ask(target.url.replace('http:', 'https:')))
    // What came is a ClientHello, which is no request; it is answered by hanging up.
    await vi.waitUntil(() => target.bytes() !== '')
    await target.close()
    expect(await asking).toBe(false)
    expect(target.requests()).toEqual([])
  })

  test.each([
    ['a line break in a value', ['x-a', 'a\r\nx-b: 1']],
    ['a name that is none', ['x a', '1']],
    ['a length that is none', ['content-length', 'x']],
  ])('%s makes the request impossible', async (_, headers) => {
    const target = await targetThat(undefined)
    expect(await sent(ask(target.url, headers))).toBe(false)
    expect(target.bytes()).toBe('')
  })

  test('the client was gone before', async () => {
    const target = await targetThat(undefined)
    expect(await sent(ask(target.url, [], AbortSignal.abort()))).toBe(false)
    expect(target.bytes()).toBe('')
  })
})

describe('afterwards nobody knows', () => {
  test.each([
    ['the target hangs up', ''],
    ['the target speaks something else', 'SSH-2.0-OpenSSH\r\n'],
    ['the head breaks off', 'HTTP/1.1 200 OK\r\nX-'],
    ['the target switches protocols unasked', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['the head is too large', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const target = await targetThat((_head, socket) => void socket.end(bytes))
    expect(await sent(ask(target.url))).toBe(true)
    expect(target.requests()).toHaveLength(1)
  })

  test('the client goes while the target thinks', async () => {
    const target = await targetThat(() => undefined)
    const leaving = new AbortController()
    const asking = ask(target.url, [], leaving.signal)
    await target.arrived(1)
    leaving.abort()
    expect(await sent(asking)).toBe(true)
  })
})

describe('the outcome of an exchange that was answered', () => {
  test('is success when the answer is whole, also if nobody reads it', async () => {
    const target = await targetThat((_, socket) => void socket.write(answer('hello')))
    const { outcome } = await ask(target.url)
    expect(await outcome).toEqual({ kind: 'succeeded', answer: { status: 200, bytes: 5 }, body: null })
  })

  test('is not that of an interim answer', async () => {
    const target = await targetThat(
      (_, socket) =>
        void socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${answer('hello', '', '404 No')}`),
    )
    expect(await (await ask(target.url)).outcome).toMatchObject({ answer: { status: 404, bytes: 5 } })
  })

  test.each([
    [
      'the connection breaks',
      (received: Received, target: RecordingUpstream) => (void received, target.close()),
    ],
    ['the reader stops', async ({ body }: Received) => body.leave()],
  ])('is unknown when %s', async (_, cut) => {
    const target = await targetThat(
      (_head, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel'),
    )
    const received = await ask(target.url)
    await cut(received, target)
    expect(await received.outcome).toEqual({ kind: 'unknown', answer: null, body: null })
  })
})

describe('the name of a target', () => {
  test('is resolved', async () => {
    const target = await targetThat((_, socket) => void socket.write(answer('hello')))
    const { status } = await ask(`http://localhost:${target.port}`)
    expect(status).toBe(200)
  })

  test.each(['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200'])(
    'that resolves to %s, among others, is not connected to',
    (address) => {
      const told: unknown[] = []
      const lookup = checkedLookup((_, _options, done) =>
        done(null, [
          { address: '192.0.2.1', family: 4 },
          { address, family: address.includes(':') ? 6 : 4 },
        ]),
      )
      lookup('crm.example', { all: true }, (...answer) => told.push(answer))
      lookup('crm.example', {}, (...answer) => told.push(answer))
      expect(told).toEqual([
        [expect.any(Error), []],
        [expect.any(Error), []],
      ])
    },
  )
})

describe('whether a target can be reached', () => {
  test('is found out without a byte', async () => {
    const target = await targetThat(undefined)
    expect(await canConnect(new URL(target.url))).toBe(true)
    expect(target.bytes()).toBe('')
  })

  test.each(['http://nowhere.invalid', 'http://127.0.0.1:1'])('%s cannot', async (url) => {
    expect(await canConnect(new URL(url))).toBe(false)
  })
})

test('that is cut while it waits for a connection is over once it leaves the queue, and was not sent', async () => {
  const sockets: Socket[] = []
  const target = await targetThat((_, socket) => void sockets.push(socket))
  const pool = new Pool(target.url, { connections: 1, pipelining: 1 })
  const request = { method: 'POST', path: '/a', headers: [], body: null }
  const first = exchange(pool, request, NO_BODY, new AbortController().signal)
  await target.arrived(1)
  const leaving = new AbortController()
  let isOver = false
  const second = exchange(pool, request, NO_BODY, leaving.signal).catch((cause: unknown) => {
    isOver = true
    return cause
  })
  leaving.abort()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(isOver).toBe(false)
  sockets[0]?.write(answer('done'))
  await (await first).outcome
  expect(await second).toMatchObject({ sent: false })
  expect(target.requests()).toHaveLength(1)
  await pool.close()
})
