import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { rawClient, rawExchange } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACTIONS = `
@id("opens") @because("it may open")
permit (principal, action == Action::"execute", resource) unless { context.datasets.contains("held") };
@id("held") @hold("reviewers") @within("10m") @because("it waits")
permit (principal, action == Action::"execute", resource) when { context.datasets.contains("held") };
`

let target: RecordingUpstream
let house: HttpHouse

beforeAll(async () => {
  target = await recordingUpstream((_, socket) => void socket.write(answer('no tunnel here')))
  house = await openHttpHouse({ target: target.url, actions: ACTIONS })
})
afterAll(async () => {
  await house.close()
  await target.close()
})

/** A good handshake: what is undefined is left out, and what is not there yet is put behind it. */
function handshake(
  changes: Readonly<Record<string, string | undefined>> = {},
  more: readonly string[] = [],
  line = 'GET /crm/live HTTP/1.1',
): string {
  const headers = {
    Host: 'localhost',
    Authorization: `Bearer ${house.key}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...changes,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  )
  return `${[line, ...lines, ...more].join('\r\n')}\r\n\r\n`
}

describe('a handshake that leaves a doubt reaches no target', () => {
  // biome-ignore format: a table is read by its rows
  test.each<readonly [what: string, bytes: () => string, status: number]>([
    ['no key', () => handshake({ 'Sec-WebSocket-Key': undefined }), 400],
    ['a key of 15 bytes', () => handshake({ 'Sec-WebSocket-Key': btoa('k'.repeat(15)) }), 400],
    ['a key of 17 bytes', () => handshake({ 'Sec-WebSocket-Key': btoa('k'.repeat(17)) }), 400],
    ['a key that is no base64', () => handshake({ 'Sec-WebSocket-Key': `${'!'.repeat(22)}==` }), 400],
    ['a key whose last bits mean nothing', () => handshake({ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZR==' }), 400],
    ['two keys', () => handshake({}, [`Sec-WebSocket-Key: ${KEY}`]), 400],
    ['two keys in one', () => handshake({ 'Sec-WebSocket-Key': `${KEY}, ${KEY}` }), 400],
    ['version 12', () => handshake({ 'Sec-WebSocket-Version': '12' }), 426],
    ['versions 13 and 12', () => handshake({ 'Sec-WebSocket-Version': '13, 12' }), 426],
    ['version 13 twice', () => handshake({}, ['Sec-WebSocket-Version: 13']), 400],
    ['no version', () => handshake({ 'Sec-WebSocket-Version': undefined }), 426],
    ['a length', () => handshake({}, ['Content-Length: 2']), 403],
    ['a length of nothing', () => handshake({}, ['Content-Length: 0']), 403],
    ['chunks', () => handshake({}, ['Transfer-Encoding: chunked']), 403],
    ['an expectation', () => handshake({}, ['Expect: 100-continue']), 403],
    ['h2c', () => handshake({ Upgrade: 'h2c' }), 403],
    ['another protocol', () => handshake({ Upgrade: 'TLS/1.3' }), 403],
    ['a list of protocols', () => handshake({ Upgrade: 'websocket, h2c' }), 403],
    ['a protocol of a version', () => handshake({ Upgrade: 'websocket/13' }), 403],
    ['two upgrades', () => handshake({}, ['Upgrade: websocket']), 400],
    ['another method', () => handshake({}, ['Content-Length: 0'], 'POST /crm/live HTTP/1.1'), 403],
    ['HEAD', () => handshake({}, [], 'HEAD /crm/live HTTP/1.1'), 403],
    ['HTTP/1.0', () => handshake({}, [], 'GET /crm/live HTTP/1.0'), 403],
    ['a connection that does not upgrade', () => handshake({ Connection: 'keep-alive' }), 403],
    ['a connection that closes', () => handshake({ Connection: 'Upgrade, close' }), 403],
    ['a page of another origin', () => handshake({ Origin: 'https://evil.example' }), 400],
    ['a page of no origin', () => handshake({ Origin: 'null' }), 400],
    ['a page of another site', () => handshake({ 'Sec-Fetch-Site': 'cross-site' }), 400],
    ['a page of a neighbouring site', () => handshake({ 'Sec-Fetch-Site': 'same-site' }), 400],
    ['a name that was rebound', () => handshake({ Host: 'rebound.example' }), 400],
    ['no key of the caller', () => handshake({ Authorization: undefined }), 401],
    ['no such resource', () => handshake({}, [], 'GET /nothing/live HTTP/1.1'), 404],
    ['a path that servers read in two ways', () => handshake({}, [], 'GET /crm/a/../live HTTP/1.1'), 400],
    ['the wish for a handle', () => handshake({ Prefer: 'respond-async' }), 400],
    ['a frame behind it', () => `${handshake()}\x81\x80\x00\x00\x00\x00`, 400],
    ['a request behind it', () => `${handshake()}GET /crm/a HTTP/1.1\r\nHost: localhost\r\n\r\n`, 400],
  ])(claim('G5', 'http', '%s'), async (_, bytes, status) => {
    const client = rawClient(house.port)
    client.send(bytes())
    const received = await client.until((text) => text.includes('\r\n\r\n'))
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(received.match(/HTTP\/1.1 /g)).toHaveLength(1)
    expect(received).toContain('application/problem+json')
    if (status === 426) expect(received).toContain('\r\nSec-WebSocket-Version: 13\r\n')
    client.socket.destroy()
    expect(target.connections()).toBe(0)
  })

  test('an upgrade that comes behind an unanswered request is refused in its turn', async () => {
    const first = `DELETE /crm/held HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n\r\n`
    const received = await rawExchange(house.port, `${first}${handshake()}`)
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 403'])
    expect(target.connections()).toBe(0)
  })
})

describe('while it waits for people', () => {
  test(claim('G1', 'http', 'a client that speaks is refused, and what it said goes nowhere'), async () => {
    const client = rawClient(house.port)
    client.send(handshake({}, [], 'GET /crm/held HTTP/1.1'))
    const [life] = await house.waiting(1)
    client.send('\x81\x80\x00\x00\x00\x00')
    expect(await client.closed).toMatch(/^HTTP\/1.1 400 /)
    await house.reaches(life?.action.id ?? null, 'withdrawn')
    expect(target.connections()).toBe(0)
  })

  test(claim('G6', 'http', 'a client that half closes is gone'), async () => {
    const client = rawClient(house.port)
    client.send(handshake({}, [], 'GET /crm/held HTTP/1.1'))
    const [life] = await house.waiting(1)
    client.socket.end()
    await house.reaches(life?.action.id ?? null, 'withdrawn')
    expect(target.connections()).toBe(0)
  })
})

describe('the handshake with the target', () => {
  let own: RecordingUpstream
  let front: HttpHouse
  afterEach(async () => {
    await front.close()
    await own.close()
  })

  test('is one of our own: nothing of the client in it but what it asks for', async () => {
    own = await recordingUpstream((_, socket) => void socket.write(answer('no tunnel here')))
    front = await openHttpHouse({ target: own.url, actions: ACTIONS })
    const received = await rawExchange(
      front.port,
      handshake({
        Authorization: `Bearer ${front.key}`,
        'Sec-WebSocket-Protocol': 'v1',
        'Sec-WebSocket-Extensions': 'permessage-deflate',
        Cookie: 'a=1',
        'X-One': '1',
      }),
    )
    // The answer of a target that does not agree is one like any other, and the last on its connection.
    expect(received).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(received).toContain('Sallyport-Action: act_')
    expect(received).toContain('Connection: close')
    expect(received.endsWith('no tunnel here')).toBe(true)
    const [head = ''] = own.requests()
    expect(head.replace(/(?<=sec-websocket-key: ).*/, '…').split('\r\n')).toEqual([
      'GET /live HTTP/1.1',
      `host: 127.0.0.1:${own.port}`,
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-protocol: v1',
      'x-one: 1',
      'accept-encoding: identity',
      'via: 1.1 sallyport',
      'sec-websocket-key: …',
      'sec-websocket-version: 13',
    ])
    expect(head).not.toContain(KEY)
  })
})
