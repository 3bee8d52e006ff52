import { createHash } from 'node:crypto'
import { isWhole } from '@sallyport/core/redact/redact'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpMessage } from '../message.ts'
import { readBody } from './read.ts'

const FORM = 'application/x-www-form-urlencoded'
const MULTI = 'multipart/form-data; boundary=b0'
const encoder = new TextEncoder()

/** What a reviewer reads: `name = value`, a line a parameter. */
function shown(type: string, content: string | Uint8Array): readonly string[] {
  return parameters(type, content).map(({ name, value }) => `${name} = ${value}`)
}

function parameters(type: string, content: string | Uint8Array) {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const body = { kind: 'whole', bytes: bytes.length, sha256 } as const
  const message = httpMessage({ method: 'POST', target: '/x', headers: [['content-type', type]], body }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  return readBody(message, bytes).shown
}

describe('a body as a reviewer reads it', () => {
  test.each([
    [
      '{"name":"Ann","limit":1e3,"ok":true,"none":null}',
      ['name = Ann', 'limit = 1e3', 'ok = true', 'none = null'],
    ],
    ['{"items":[{"price":1},{"price":2}]}', ['items[0].price = 1', 'items[1].price = 2']],
    ['{"a":{},"b":[],"c":""}', ['a = {}', 'b = []', 'c = ""']],
    [
      '{"a":"true","b":"-7","c":"{}","d":"two words"}',
      ['a = "true"', 'b = "-7"', 'c = "{}"', 'd = two words'],
    ],
    ['{"a.b":1,"c":{"[0]":2}}', ['["a.b"] = 1', 'c["[0]"] = 2']],
    ['{"a":1,"a":2}', ['a = 1', 'a = 2']],
    ['{"n":12345678901234567890}', ['n = 12345678901234567890']],
  ])('JSON %s', (text, lines) => {
    expect(shown('application/json', text)).toEqual(lines.map((line) => `body ${line}`))
  })

  test.each<[string, string, string | Uint8Array, readonly string[]]>([
    ['JSON that is one value', 'application/json', '7', ['body = 7']],
    ['a form', FORM, 'note=a+b&x=%26', ['body note = a b', 'body x = &']],
    ['a form that begins with a question mark', FORM, '?a=1', ['body ?a = 1']],
    [
      'parts',
      MULTI,
      '--b0\r\nContent-Disposition: form-data; name="note"\r\n\r\nhi\r\n--b0\r\nContent-Disposition: form-data; name="scan"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n1234\r\n--b0--\r\n',
      ['body note = hi', 'body scan = file "x.png", 4 bytes of image/png'],
    ],
    ['text', 'text/plain', 'two\nlines', ['body = two\nlines']],
    ['what says it is JSON and is not', 'application/json', '{"a":1,}', ['body = {"a":1,}']],
    [
      'anything else',
      'image/png',
      Uint8Array.of(0x89, 0x50),
      ['body = 2 bytes, SHA-256 bf9d05f8aaf79dea87b8d6b42b15c35cd6f3c3aec59ef7bed5f48e7cf6f07b4d'],
    ],
  ])('%s', (_, type, content, lines) => {
    const digest = /SHA-256 .*/
    expect(shown(type, content).map((line) => line.replace(digest, 'SHA-256'))).toEqual(
      lines.map((line) => line.replace(digest, 'SHA-256')),
    )
  })
})

describe('secrets of a body are hidden', () => {
  test.each<[string, string, readonly string[]]>([
    ['application/json', '{"password":"hunter2"}', ['body password = ‹hidden: password›']],
    ['application/json', '{"pass\\u0077ord":"hunter2"}', ['body password = ‹hidden: password›']],
    [
      'application/json',
      '{"db":{"password":{"hunter2":["hunter2"]}}}',
      ['body db.password = ‹hidden: password›'],
    ],
    ['application/json', '{"secrets":["hunter2",{"a":"hunter2"}]}', ['body secrets = ‹hidden: secret›']],
    ['application/json', '{"pin":{"token":12345}}', ['body pin.token = ‹hidden: token›']],
    ['application/json', '{"note":"password=hunter2"}', ['body note = password=‹hidden: password›']],
    [
      FORM,
      'api_key=hunter2&a=token%3Dhunter2',
      ['body api_key = ‹hidden: api-key›', 'body a = token=‹hidden: token›'],
    ],
    [
      MULTI,
      '--b0\r\nContent-Disposition: form-data; name="token"\r\n\r\nhunter2\r\n--b0--\r\n',
      ['body token = ‹hidden: token›'],
    ],
    [
      'application/json',
      '[{"op":"add","path":"/db/password","value":"hunter2"},{"path":"/a","value":1}]',
      [
        'body [0].op = add',
        'body [0].path = /db/password',
        'body [0].value = ‹hidden: password›',
        'body [1].path = /a',
        'body [1].value = 1',
      ],
    ],
    [
      'application/json',
      '{"env":{"value":{"a":["hunter2","hunter2"]},"valued":1,"name":"DB_PASSWORD"},"value":2}',
      [
        'body env.value = ‹hidden: password›',
        'body env.valued = 1',
        'body env.name = DB_PASSWORD',
        'body value = 2',
      ],
    ],
    [
      'application/json',
      '{"Key":"api_token","Value":"hunter2"}',
      ['body Key = api_token', 'body Value = ‹hidden: token›'],
    ],
    ['text/plain', 'PGPASSWORD=hunter2', ['body = PGPASSWORD=‹hidden: password›']],
    ['application/json', '{"password":"hunter2",}', ['body = {"password":"‹hidden: password›",}']],
  ])('%s: %s', (type, text, lines) => {
    expect(shown(type, text)).toEqual(lines)
  })

  test('wherever a value stands under a name that is a secret’s', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('password', 'clientSecret', 'access_token'),
        (value, name) => {
          const inner = JSON.parse(JSON.stringify(value), (_, each: unknown) =>
            typeof each === 'string' ? 'hunter2' : each,
          ) as unknown
          const text = JSON.stringify({ a: [{ [name]: inner }] })
          expect(shown('application/json', text)).toEqual([
            expect.stringMatching(/^body a\[0\]\.\w+ = ‹hidden: [a-z]+›$/),
          ])
        },
      ),
    )
  })
})

test('parts that cannot be read are not shown: a secret’s name stands on another line than the secret', () => {
  const content = '--b0\r\nContent-Disposition: form-data; name="token"\r\n\r\nhunter2\r\n'
  expect(shown(MULTI, content)).toEqual([expect.stringMatching(/^body = 63 bytes, SHA-256 [0-9a-f]{64}$/)])
})

describe('what is not shown is counted, and the card is not whole', () => {
  test.each<[string, string, string, string]>([
    [
      'many fields',
      'application/json',
      JSON.stringify({ list: range(130).map(() => 'x') }),
      '30 more fields ‹cut: 300 characters›',
    ],
    ['a long field', FORM, `a=${'x'.repeat(5000)}`, '‹cut: '],
    ['long text', 'text/plain', 'word '.repeat(5000), '‹cut: '],
    [
      'many long fields',
      FORM,
      range(20)
        .map((n) => `a${n}=${'x'.repeat(4000)}`)
        .join('&'),
      ' more fields ‹cut: ',
    ],
  ])('%s', (_, type, text, says) => {
    const values = parameters(type, text).map(({ value }) => value)
    expect(values.every(isWhole)).toBe(false)
    expect(values.at(-1)).toContain(says)
  })

  test('a small body is whole', () => {
    expect(parameters('application/json', '{"a":1}').every(({ value }) => isWhole(value))).toBe(true)
  })
})

test('every leaf of a JSON body is on the card', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{5}$/), { minLength: 1, maxLength: 40 }), (words) => {
      const lines = shown('application/json', JSON.stringify({ words, by: { first: words[0] } })).join('\n')
      for (const [at, word] of words.entries()) expect(lines).toContain(`body words[${at}] = ${word}`)
      expect(lines).toContain(`body by.first = ${words[0]}`)
    }),
  )
})

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
