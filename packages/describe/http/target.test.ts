import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTarget } from './target.ts'

describe('a target has one spelling', () => {
  test.each([
    ['/', '/', ''],
    ['/customers/7', '/customers/7', ''],
    ['/customers/7?a=1&b', '/customers/7', 'a=1&b'],
    ['/customers/', '/customers/', ''],
    ['/x?', '/x', ''],
    ['/%65xports/%7Eann', '/exports/~ann', ''],
    ['/caf%c3%a9', '/caf%C3%A9', ''],
    ['/a:b@c;v=1,2', '/a:b@c;v=1,2', ''],
    ['/x?filter[name]={"a"}'.replaceAll('"', '%22'), '/x', 'filter[name]={%22a%22}'],
    ['/x?next=/a/../b?c%2fd', '/x', 'next=/a/../b?c%2Fd'],
    ['/a...b/..c', '/a...b/..c', ''],
    ['/a%20b/.c%20d', '/a%20b/.c%20d', ''],
  ])('%s', (raw, path, query) => {
    expect(readTarget(raw)).toEqual({ kind: 'target', path, query })
  })
})

describe('what two servers may read in two ways is refused', () => {
  test.each([
    ['no slash', 'customers'],
    ['nothing', ''],
    ['asterisk form', '*'],
    ['absolute form', 'http://elsewhere/customers'],
    ['network path', '//elsewhere/customers'],
    ['an empty segment', '/a//b'],
    ['two slashes at the end', '/a//'],
    ['a dot segment', '/a/./b'],
    ['a dot at the end', '/a/.'],
    ['two dots', '/a/../b'],
    ['encoded dots', '/a/%2e%2E/b'],
    ['half encoded dots', '/a/.%2e'],
    ['dots with a parameter', '/a/..;x=1/b'],
    ['dots with an encoded parameter', '/a/..%3Bx/b'],
    ['dots and a blank', '/a/..%20/b'],
    ['a blank and dots', '/a/%20../b'],
    ['a dot and a blank', '/.%20/a'],
    ['dots and what cannot be seen', '/a/.%E2%80%8B./b'],
    ['wide dots', '/a/%EF%BC%8E%EF%BC%8E/b'],
    ['dots before an encoded question mark', '/a/..%3Fx/b'],
    ['an encoded slash', '/a%2fb'],
    ['an encoded backslash', '/a%5Cb'],
    ['a backslash', '/a\\b'],
    ['a backslash in the query', '/a?b\\c'],
    ['double encoding', '/a/%252e%252e/b'],
    ['an encoded NUL', '/a%00'],
    ['an encoded line break', '/a%0d%0aHost:b'],
    ['a control character', '/a\u0001'],
    ['a line break', '/a\r\nb'],
    ['a space', '/a b'],
    ['no ASCII', '/café'],
    ['a broken escape', '/a%2'],
    ['no escape', '/a%zz'],
    ['a broken escape in the query', '/a?b=%'],
    ['escapes that are no UTF-8', '/a%ff'],
    ['overlong UTF-8', '/a%c0%ae%c0%ae/b'],
    ['a fragment', '/a#b'],
    ['a fragment in the query', '/a?b#c'],
    ['a quote', '/a"b'],
    ['too long', `/${'a'.repeat(8192)}`],
  ])('%s', (_, raw) => {
    expect(readTarget(raw).kind).toBe('unclear')
  })
})

test('the normal form is its own normal form, and the URL parser finds nothing in it to resolve', () => {
  const piece = fc.constantFrom(
    'a',
    '/',
    '.',
    '%2e',
    '%41',
    ';',
    '?',
    '&',
    '=',
    '%c3%a9',
    '%20',
    ':',
    '@',
    '%3b',
    '~',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const target = readTarget(`/${pieces.join('')}`)
      if (target.kind === 'unclear') return
      const spelled = target.query === '' ? target.path : `${target.path}?${target.query}`
      expect(readTarget(spelled)).toEqual(target)
      const parsed = new URL(spelled, 'http://host')
      expect(parsed.host + parsed.pathname).toBe(`host${target.path}`)
    }),
    { numRuns: 2000 },
  )
})
