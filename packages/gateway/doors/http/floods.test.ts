import { once } from 'node:events'
import type { Socket } from 'node:net'
import { certificate } from '@sallyport/testkit/certificate'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import * as h2 from '@sallyport/testkit/http2'
import { rawClient } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, type Respond, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConnectionLimits, openConnections, type Place } from './connections.ts'
import { CONNECTIONS_OF_ONE_LIMIT, CONTROL_FRAMES_LIMIT, RESETS_LIMIT, STREAMS_LIMIT } from './limits.ts'

const { END_STREAM } = h2
const INITIAL_WINDOW_SIZE = 0x4

let respond: Respond
let target: RecordingUpstream
let house: HttpHouse
/** Somebody else, who is served before and after. */
let other: h2.RawSession
let flood: h2.RawSession

beforeEach(async () => {
  respond = (_, socket) => void socket.write(answer('hello'))
  target = await recordingUpstream((head, socket, body) => respond(head, socket, body))
  house = await openHttpHouse({
    target: target.url,
    certificate: certificate(),
    waits: { stalledClientMs: 300 },
  })
  other = h2.rawSession(house.port)
  flood = h2.rawSession(house.port)
  await isServed(1)
})
afterEach(async () => {
  for (const { socket } of [other, flood]) socket.destroy()
  await house.close()
  await target.close()
})

async function isServed(stream: number): Promise<void> {
  other.send(asking(stream, '/crm/a'))
  await other.until((one) => one.type === h2.DATA && one.stream === stream)
}

function asking(stream: number, path: string, method = 'GET', key = house.key): Buffer {
  return h2.headers(stream, END_STREAM, [
    [':method', method],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', path],
    ['authorization', `Bearer ${key}`],
  ])
}

const times = (count: number, one: (at: number) => Buffer) =>
  Array.from({ length: count }, (_, at) => one(at))

/** It is ended by the door, and nobody else notices. */
async function isEnded(): Promise<void> {
  await flood.closed
  await isServed(3)
}

describe('a session that floods is ended, and its neighbours are served', () => {
  test('requests that are taken back as fast as they are made', async () => {
    const rounds = times(RESETS_LIMIT * 2, (at) =>
      Buffer.concat([asking(1 + 2 * at, '/crm/a', 'GET', 'nobody'), h2.reset(1 + 2 * at, h2.CANCEL)]),
    )
    flood.send(...rounds)
    await isEnded()
  })

  test('a head that goes on and on', async () => {
    flood.send(h2.frame(h2.HEADERS, END_STREAM, 1, h2.hpack([[':method', 'GET']])))
    flood.send(...times(100, () => h2.frame(h2.CONTINUATION, 0, 1, h2.hpack([['x-a', 'a'.repeat(1000)]]))))
    await isEnded()
  })

  test('a head that goes on in frames of nothing', async () => {
    flood.send(h2.frame(h2.HEADERS, END_STREAM, 1, h2.hpack([[':method', 'GET']])))
    flood.send(...times(10_000, () => h2.frame(h2.CONTINUATION, 0, 1)))
    await isEnded()
  })

  test('pings', async () => {
    flood.send(...times(CONTROL_FRAMES_LIMIT + 1, () => h2.frame(h2.PING, 0, 0, Buffer.alloc(8))))
    await isEnded()
  })

  test('settings', async () => {
    flood.send(...times(CONTROL_FRAMES_LIMIT + 1, () => h2.settings({ 3: 100 })))
    await isEnded()
  })

  test('pieces of a body with nothing in them', async () => {
    const open = h2.headers(1, 0, [
      [':method', 'POST'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/crm/a'],
      ['authorization', `Bearer ${house.key}`],
    ])
    flood.send(open, ...times(1_000, () => h2.frame(h2.DATA, 0, 1)))
    await isEnded()
  })
})

test('more requests at once than a session may have are refused one by one, and the others stand', async () => {
  respond = () => undefined
  flood.send(...times(STREAMS_LIMIT + 1, (at) => asking(1 + 2 * at, '/crm/a', 'DELETE')))
  const last = 1 + 2 * STREAMS_LIMIT
  const frames = await flood.until(({ type, stream }) => type === h2.RST_STREAM && stream === last)
  expect(frames.find(({ stream, type }) => stream === last && type === h2.RST_STREAM)?.payload).toEqual(
    h2.number32(h2.REFUSED_STREAM),
  )
  respond = (_, socket) => void socket.write(answer('hello'))
  await isServed(3)
})

describe('a client that takes nothing of its answer', () => {
  const closedAt = async (large: string): Promise<void> => {
    let socketOfTarget: Socket | undefined
    respond = (_, socket) => {
      socketOfTarget = socket
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`)
      socket.write(`${large.length.toString(16)}\r\n${large}\r\n`)
    }
    const stalled = h2.rawSession(house.port, { [INITIAL_WINDOW_SIZE]: 0 })
    stalled.send(asking(1, '/crm/large'))
    await stalled.until(({ type, stream }) => type === h2.RST_STREAM && stream === 1)
    if (socketOfTarget?.destroyed === false) await once(socketOfTarget, 'close')
    respond = (_, socket) => void socket.write(answer('hello'))
    stalled.send(h2.frame(h2.WINDOW_UPDATE, 0, 0, h2.number32(1000)), asking(3, '/crm/a'))
    await stalled.until(({ type, stream }) => type === h2.HEADERS && stream === 3)
    stalled.socket.destroy()
    await isServed(3)
  }

  test('of a large one, which has not ended, keeps no target', () => closedAt('x'.repeat(1_000_000)))

  test('of a small one, which is whole, keeps its stream no longer', async () => {
    const stalled = h2.rawSession(house.port, { [INITIAL_WINDOW_SIZE]: 0 })
    stalled.send(asking(1, '/crm/small'))
    await stalled.until(({ type, stream }) => type === h2.RST_STREAM && stream === 1)
    stalled.socket.destroy()
    await isServed(3)
  })
})

/** With sockets that only say when they are ended. */
function counted(limits: Partial<ConnectionLimits>) {
  const connections = openConnections({ strangers: 9, ofOne: 9, proved: 9, ...limits })
  const ended: string[] = []
  const comes = (remoteAddress: string, remotePort: number): Place => {
    const place = { remoteAddress, remotePort }
    const socket = {
      ...place,
      once: () => socket,
      destroy: () => ended.push(`${remoteAddress}:${remotePort}`),
    }
    connections.came(socket as never)
    return place
  }
  return { connections, ended, comes }
}

describe('strangers', () => {
  test('who fill the door give way to the next, the oldest of the busiest place first', () => {
    const { ended, comes } = counted({ strangers: 3 })
    comes('192.0.2.1', 1)
    comes('192.0.2.9', 1)
    comes('192.0.2.9', 2)
    comes('192.0.2.2', 1)
    expect(ended).toEqual(['192.0.2.9:1'])
  })

  test('who were proved are none any more', () => {
    const { connections, ended, comes } = counted({ strangers: 1 })
    connections.proved(comes('192.0.2.1', 1), 'bot')
    comes('192.0.2.1', 2)
    comes('192.0.2.1', 3)
    expect(ended).toEqual(['192.0.2.1:2'])
  })
})

describe('connections of those who were proved', () => {
  const [A, B, C, D] = [1, 2, 3, 4] as const

  test('are counted for each agent, and for one too many its longest idle one goes', () => {
    const { connections, ended, comes } = counted({ ofOne: 2 })
    const [a, b, c, d] = [A, B, C, D].map((port) => comes('192.0.2.1', port)) as [Place, Place, Place, Place]
    connections.proved(a, 'bot')
    connections.proved(d, 'day')
    connections.proved(b, 'bot')
    const rest = connections.busy(a)
    connections.proved(c, 'bot')
    expect(ended).toEqual(['192.0.2.1:2'])
    rest()
    connections.proved(comes('192.0.2.1', 5), 'bot')
    expect(ended).toEqual(['192.0.2.1:2', '192.0.2.1:1'])
  })

  test('that are all busy give way all the same, the one that asked longest ago first', () => {
    const { connections, ended, comes } = counted({ ofOne: 2 })
    for (const port of [A, B, C]) {
      const place = comes('192.0.2.1', port)
      connections.busy(place)
      connections.proved(place, 'bot')
    }
    expect(ended).toEqual(['192.0.2.1:1'])
  })

  test('leave room for strangers: past what all agents have together, whoever has most gives one', () => {
    const { connections, ended, comes } = counted({ proved: 3 })
    connections.proved(comes('192.0.2.1', A), 'day')
    connections.proved(comes('192.0.2.1', B), 'bot')
    connections.proved(comes('192.0.2.1', C), 'bot')
    connections.proved(comes('192.0.2.1', D), 'night')
    expect(ended).toEqual(['192.0.2.1:2'])
  })

  test('that one key opened without end leave the door to the others', async () => {
    await house.close()
    house = await openHttpHouse({ target: target.url })
    const asks = async () => {
      const client = rawClient(house.port)
      client.send(`GET /crm/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n\r\n`)
      await client.until((received) => received.endsWith('hello'))
      return client
    }
    const [first, second] = [await asks(), await asks()]
    for (let at = 2; at <= CONNECTIONS_OF_ONE_LIMIT; at++) await asks()
    await first.closed
    expect(second.socket.destroyed).toBe(false)
  })
})
