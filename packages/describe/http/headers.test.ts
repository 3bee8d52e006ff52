import { describe, expect, test } from 'vitest'
import { answerHeaders, forwardedHeaders, type Header, prefersHandle } from './headers.ts'

function forwarded(headers: readonly Header[], credential: string | null = 'x-api-key') {
  const read = forwardedHeaders(headers, credential)
  return read.kind === 'headers' ? read.list : read.kind
}

test('headers go on in their order, in lower case', () => {
  expect(
    forwarded([
      ['X-B', '2 '],
      ['Accept', '*/*'],
      ['x-b', '1'],
    ]),
  ).toEqual([
    ['x-b', '2'],
    ['accept', '*/*'],
    ['x-b', '1'],
  ])
})

describe('where the target has a credential of ours, nobody asks for a disguise of it', () => {
  test.each(['Range', 'If-Range', 'if_range', 'Accept-Charset', 'ACCEPT_CHARSET'])('%s', (name) => {
    expect(forwarded([[name, 'x']])).toEqual([])
    expect(forwarded([[name, 'x']], null)).toEqual([[name.toLowerCase(), 'x']])
  })

  test.each([
    ['text/plain;charset=utf-16', 'text/plain'],
    ['text/plain; Charset="utf-16";q=1, a/b ;\tcharset*=x;charset=y', 'text/plain;q=1, a/b'],
    ['text/plain;charset', 'text/plain'],
    ['a/b;;charset=x;q=1', 'a/b;;q=1'],
    ['a/charset, b/c;x=charset', 'a/charset, b/c;x=charset'],
  ])('Accept: %s', (sent, shown) => {
    expect(forwarded([['Accept', sent]])).toEqual([['accept', shown]])
    expect(forwarded([['Accept', shown]])).toEqual([['accept', shown]])
    expect(forwarded([['Accept', sent]], null)).toEqual([['accept', sent]])
  })
})

describe('what is not for the target stays here', () => {
  test.each([
    'Authorization',
    'Cookie',
    'Host',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'HTTP2-Settings',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Transfer-Encoding',
    'Content-Length',
    'Expect',
    'Accept-Encoding',
    'Sallyport-Reason',
    'Sallyport-Anything',
    'X-Sallyport-Identity',
    'Forwarded',
    'X-Forwarded-For',
    'X_Forwarded_For',
    'X-Forwarded_User',
    'X.Forwarded.For',
    'X-Forwarded~For',
    'Transfer.Encoding',
    'Proxy',
    'Remote-User',
    'Remote_User',
    'X-Remote-User',
    'Impersonate-User',
    'X-Real-IP',
    'X-Envoy-Original-Path',
    'X-Envoy-External-Address',
    'X-Consumer-Username',
    'X-Authenticated-Userid',
    'X-Host',
    'X-Original-Host',
    'X-Rewrite-Path',
    'X-User',
    'X-User-Id',
    'X_User_Id',
    'X-Remote-Groups',
    'X-Email',
    'X-Groups',
    'X-Auth-Request-Email',
    'X-Api-Key',
    'X_API_KEY',
    'X.Api.Key',
  ])('%s', (name) => {
    expect(
      forwarded([
        [name, 'v'],
        ['X-Kept', '1'],
      ]),
    ).toEqual([['x-kept', '1']])
  })

  test('whatever Connection names, in any spelling', () => {
    expect(
      forwarded([
        ['X-One', '1'],
        ['Connection', 'close, x-ONE'],
        ['connection', 'X-Two'],
        ['x-two', '2'],
        ['x-three', '3'],
      ]),
    ).toEqual([['x-three', '3']])
  })

  test('Prefer: respond-async, but not the other preferences', () => {
    expect(forwarded([['Prefer', 'respond-async, wait=10']])).toEqual([])
    expect(forwarded([['Prefer', 'return=minimal, Respond-Async;x=1']])).toEqual([
      ['prefer', 'return=minimal'],
    ])
  })
})

describe('what would make the request another one is refused', () => {
  test.each([
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Method-Override', 'DELETE'],
    ['X_HTTP_Method_Override', 'DELETE'],
    ['X.HTTP.Method.Override', 'DELETE'],
    ['X-HTTP!Method|Override', 'DELETE'],
    ['Script-Name', '/x'],
    ['SCRIPT_NAME', '/x'],
    ['X-Script-Name', '/x'],
    ['Path_Info', '/admin'],
    ['X-Original-URL', '/admin'],
    ['X-Rewrite-URL', '/admin'],
    ['X-Latin', 'caf\u00e9'],
    ['X-Break', 'a\r\nb'],
    ['X Space', 'a'],
    ['', 'a'],
  ])('%s: %s', (name, value) => {
    expect(forwarded([[name, value]])).toBe('unclear')
  })
})

test.each([
  ['respond-async', true],
  ['return=minimal, Respond-Async; x=1', true],
  ['respond-asynchronously', false],
  ['x=respond-async', false],
])('Prefer: %s asks for a handle: %s', (value, asks) => {
  expect(prefersHandle([['PREFER', value]])).toBe(asks)
})

test('of an answer goes on what is neither of the connection, nor a credential, nor in our name', () => {
  expect(
    answerHeaders([
      ['Content-Type', 'text/plain'],
      ['Connection', 'X-Hop, close'],
      ['X-Hop', '1'],
      ['Transfer-Encoding', 'chunked'],
      ['Set-Cookie', 'session=1'],
      ['Sallyport-Action', 'act_forged'],
      ['ETag', '"1"'],
    ]),
  ).toEqual([
    ['content-type', 'text/plain'],
    ['etag', '"1"'],
  ])
})
