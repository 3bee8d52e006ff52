import { canonicalText } from '@sallyport/core/action/canonical'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpMessage, readHttpMessage } from './message.ts'
import { parseHttpText } from './text.ts'

describe('a request as people type it', () => {
  test('is method and path', () => {
    expect(parseHttpText(' GET /customers/7?fields=name\n')).toEqual({
      kind: 'http',
      method: 'GET',
      path: '/customers/7',
      query: 'fields=name',
      headers: [],
      body: null,
      cap: null,
      upgrade: null,
    })
  })

  test.each([
    '',
    'GET',
    '/customers',
    'get /customers',
    'GET /a /b',
    'GET http://crm/a',
    'TRACE /',
    'CONNECT /a',
  ])('`%s` is none', (text) => {
    expect(parseHttpText(text).kind).toBe('unclear')
  })
})

describe('what is read back from the canonical form', () => {
  const message = httpMessage(
    { method: 'GET', target: '/a?b=1', headers: [['Accept', '*/*']], body: null },
    'x-api-key',
  )

  test('is the message itself', () => {
    expect(readHttpMessage(JSON.parse(canonicalText(message)), 'x-api-key')).toEqual(message)
  })

  test.each([
    ['no object', null],
    ['another kind', { ...message, kind: 'tool' }],
    ['no headers', { ...message, headers: undefined }],
    ['a header of three', { ...message, headers: [['a', 'b', 'c']] }],
    ['a path that is not normal', { ...message, path: '/%61' }],
    ['a path with a query in it', { ...message, path: '/a?c=1', query: '' }],
    ['a dot segment', { ...message, path: '/a/../b' }],
    ['a header in upper case', { ...message, headers: [['Accept', '*/*']] }],
    ['a header that does not go on', { ...message, headers: [['transfer-encoding', 'chunked']] }],
    ['the header of the credential', { ...message, headers: [['x-api-key', 'mine']] }],
    ['a line break', { ...message, headers: [['accept', 'a\r\nb: c']] }],
    ['a method in lower case', { ...message, method: 'get' }],
  ])('is refused with %s', (_, value) => {
    expect(readHttpMessage(value, 'x-api-key').kind).toBe('unclear')
  })
})

describe('a message that was made here', () => {
  const request = {
    method: 'PUT',
    target: '/a?b=1',
    headers: [
      ['x-api-key', 'mine'],
      ['sallyport-cap', 'classes=pii'],
    ],
    body: { kind: 'streamed', bytes: 1 },
  } as const
  const message = httpMessage(request, null)
  if (message.kind === 'unclear') throw new Error(message.why)

  test('is itself, without being read again', () => {
    expect(readHttpMessage(message, null)).toBe(message)
    expect(readHttpMessage({ ...message }, null)).not.toBe(message)
  })

  test('leaves no room for the credential of another target', () => {
    expect(readHttpMessage(message, 'x-api-key').kind).toBe('unclear')
  })

  test.each([
    ['itself', message],
    ['its headers', message.headers],
    ['a header', message.headers[0]],
    ['its body', message.body],
    ['its cap', message.cap],
    ['the classes of its cap', message.cap?.classes],
  ])('cannot become another: %s is frozen', (_, part) => {
    expect(part).toBeTypeOf('object')
    expect(Object.isFrozen(part)).toBe(true)
  })

  test('is what its own canonical form is read as, whatever was asked', () => {
    const piece = fc.constantFrom('a', 'Z', '/', '%61', '%2e', '%C3%A9', '%3b', ';', '.', '?', '&', '=', '+')
    const name = fc.constantFrom(
      'accept',
      'Prefer',
      'prefer',
      'Connection',
      'X-Api-Key',
      'x_a',
      'Sallyport-Cap',
    )
    const value = fc
      .array(
        fc.constantFrom(
          'a',
          ' ',
          '\t',
          ',',
          ';',
          '=',
          'respond-async',
          'wait=1',
          ';charset=x',
          'items=1',
          'x-a',
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(''))
    const asked = fc.record({
      method: fc.constantFrom('GET', 'POST', 'M-SEARCH'),
      target: fc.array(piece, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
      headers: fc.array(fc.tuple(name, value), { maxLength: 5 }),
      body: fc.constant(null),
    })
    fc.assert(
      fc.property(asked, fc.constantFrom(null, 'x-api-key'), (request, credential) => {
        const made = httpMessage(request, credential)
        if (made.kind === 'unclear') return
        expect(readHttpMessage(JSON.parse(canonicalText(made)), credential)).toEqual(made)
      }),
      { numRuns: 2_000 },
    )
  })
})
