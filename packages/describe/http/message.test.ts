import { canonicalText } from '@sallyport/core/action/canonical'
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
