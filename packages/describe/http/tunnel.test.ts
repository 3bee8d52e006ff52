import { parseName } from '@sallyport/core/action/ids'
import { describe, expect, test } from 'vitest'
import { NO_CAP } from './cap.ts'
import { describeHttp, type HttpTarget } from './describe.ts'
import type { Header } from './headers.ts'
import { httpMessage, readHttpMessage } from './message.ts'

const id = parseName('resource', 'crm')
if (id === undefined) throw new Error('no name')
const ROUTE = {
  method: 'GET',
  effects: null,
  datasets: [],
  labels: [],
  operation: null,
  speaks: null,
} as const
const CRM: HttpTarget = {
  id,
  address: { hostname: 'crm.test' },
  routes: [
    { ...ROUTE, path: '/exports/{name}', effects: ['export'], datasets: ['customers'], labels: ['pii'] },
    { ...ROUTE, path: '/shell', effects: ['execute', 'grant'], labels: ['tunnel'] },
    { ...ROUTE, path: '/customers/{id}' },
    { ...ROUTE, path: '/capped', cap: { ...NO_CAP, items: 10 } },
  ],
}

function opening(target: string, ...headers: readonly Header[]) {
  const message = httpMessage({ method: 'GET', target, headers, body: null, upgrade: 'websocket' }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  return message
}

describe('a tunnel can be anything, whatever the route says', () => {
  test.each([
    ['/live', ['execute'], ['tunnel']],
    ['/customers/7', ['execute'], ['tunnel']],
    ['/exports/all', ['execute', 'export'], ['pii', 'tunnel']],
    ['/shell', ['execute', 'grant'], ['tunnel']],
    // Nothing cuts it: where answers are capped, it is an export.
    ['/capped', ['execute', 'export'], ['tunnel']],
    ['/live?_method=delete', ['execute', 'export'], ['tunnel']],
  ])('%s', (target, effects, labels) => {
    const found = describeHttp(opening(target), CRM, null)
    expect(found.effects).toEqual(effects)
    expect(found.facts.labels).toEqual(labels)
    expect(found.facts.cap).toBeUndefined()
    expect(found.facts).toMatchObject({ unbounded: true, unknown: expect.arrayContaining(['rows']) })
  })

  test('and the card says so in a sentence, and that it opens a WebSocket', () => {
    const { says, command } = describeHttp(opening('/live'), CRM, null)
    expect(says).toBe('Opens a tunnel through which anything can be said: GET /live on crm.')
    expect(command.parameters).toEqual([{ name: 'opens', value: 'a WebSocket' }])
  })
})

describe('the message of a tunnel', () => {
  test('has what is asked for, and nothing of the handshake of the client', () => {
    const message = opening(
      '/live',
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec_WebSocket_Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Extensions', 'permessage-deflate'],
      ['Sec-WebSocket-Accept', 'a'],
      ['Sec-WebSocket-Protocol', 'v1, v2'],
    )
    expect(message.headers).toEqual([['sec-websocket-protocol', 'v1, v2']])
    expect(readHttpMessage(JSON.parse(JSON.stringify(message)), null)).toEqual(message)
  })

  test('is another one than that of the same GET', () => {
    expect(readHttpMessage({ ...opening('/live'), upgrade: null }, null)).not.toEqual(opening('/live'))
  })

  test.each([
    ['another protocol', { upgrade: 'h2c' }],
    ['no word about it', { upgrade: undefined }],
    ['another method', { method: 'POST' }],
    ['a body', { body: { kind: 'streamed', bytes: null } }],
    ['a cap, which nothing would keep', { cap: { ...NO_CAP, items: 5 } }],
    ['a key of the client', { headers: [['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']] }],
  ])('is none with %s', (_, changes) => {
    expect(readHttpMessage({ ...opening('/live'), ...changes }, null).kind).toBe('unclear')
  })
})
