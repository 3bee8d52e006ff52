import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Header } from '../headers.ts'
import { httpMessage } from '../message.ts'
import { readBody } from './read.ts'

const FORM = 'application/x-www-form-urlencoded'
const encoder = new TextEncoder()

function read(type: string | readonly Header[], text: string | Uint8Array, method = 'POST') {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const headers = typeof type === 'string' ? [['content-type', type] as const] : type
  const body = { kind: 'whole', bytes: bytes.length, sha256 } as const
  const message = httpMessage({ method, target: '/x', headers, body }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  return readBody(message, bytes)
}

function multipart(...parts: readonly string[]): string {
  return `${parts.map((part) => `--b0\r\n${part}\r\n`).join('')}--b0--\r\n`
}

function part(name: string, content: string, more = ''): string {
  return `Content-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}`
}

describe('the keys of a body, and no value', () => {
  test.each([
    ['application/json', '{"name":"Ann","limit":3}', ['limit', 'name']],
    ['application/json; charset=UTF-8', '{"customer":{"email":"a@b.c"}}', ['customer', 'customer.email']],
    [
      'application/json',
      '{"items":[{"price":1},{"price":2,"tax":0}]}',
      ['items', 'items[].price', 'items[].tax'],
    ],
    ['application/json', '[{"a":1},[{"b":2}]]', ['[].a', '[][].b']],
    ['application/json', '{"a":{},"b":[]}', ['a', 'b']],
    ['application/json', '"text"', []],
    ['application/merge-patch+json', '{"a":null}', ['a']],
    [FORM, 'name=Ann&name=Bob&%6Cimit=3', ['limit', 'name']],
    ['multipart/form-data; boundary=b0', multipart(part('note', 'hi')), ['note']],
    ['multipart/form-data; boundary="b0"', multipart(part('a', '1'), part('b', '')), ['a', 'b']],
    [
      'multipart/form-data; boundary=b0',
      multipart(part('scan', '\u0000', '; filename="x.png"\r\nContent-Type: image/png')),
      ['scan', 'scan (file)'],
    ],
  ])('%s: %s', (type, text, keys) => {
    expect(read(type, text)).toMatchObject({ keys, known: true, setsMethod: false })
  })
})

describe('a key that does not look like a name is no fact, and leaves the body unknown', () => {
  test.each([
    ['application/json', '{"ann@example.com":1}', ['{}']],
    ['application/json', '{"a":{"4711":{"b":1}}}', ['a', 'a.{}', 'a.{}.b']],
    ['application/json', '{"a.b":1,"c[]":2}', ['{}']],
    ['application/json', '{"sp_0123456789abcdefghjk":1}', ['{}']],
    ['application/json', '{"Role":"admin"}', ['Role']],
    ['application/json', '{"":1}', ['{}']],
    [FORM, 'ann@example.com=1', ['{}']],
    [FORM, 'a[b]=1', ['a[b]']],
    ['multipart/form-data; boundary=b0', multipart(part('ann@example.com', '1')), ['{}']],
  ])('%s: %s', (type, text, keys) => {
    expect(read(type, text)).toMatchObject({ keys, known: false })
  })
})

describe('a key below a secret’s name may be a secret, and is no fact', () => {
  test.each([
    ['application/json', '{"tokens":{"hunter":1}}', ['tokens', 'tokens.{}']],
    [
      'application/json',
      '{"a":[{"sessions":[{"hunter":{"hunter":1}}]}]}',
      ['a', 'a[].sessions', 'a[].sessions[].{}', 'a[].sessions[].{}.{}'],
    ],
    ['application/json', '{"my password":{"hunter":1}}', ['{}', '{}.{}']],
    [FORM, 'passwords[hunter]=1&credentials.hunter=1', ['{}']],
    ['multipart/form-data; boundary=b0', multipart(part('a[tokens][hunter]', '1')), ['{}']],
  ])('%s: %s', (type, text, keys) => {
    expect(read(type, text)).toMatchObject({ keys, known: false })
  })

  test('also beside the same key where it is none', () => {
    const { keys } = read('application/json', '{"name":{"b":1},"tokens":{"name":{"b":1}}}')
    expect(keys).toEqual(['name', 'name.b', 'tokens', 'tokens.{}', 'tokens.{}.{}'])
  })
})

describe('what two readers may read in two ways is unknown', () => {
  const JSON_TEXT = '{"a":1}'
  const json = (...more: readonly Header[]): readonly Header[] => [
    ['content-type', 'application/json'],
    ...more,
  ]
  const MULTI = 'multipart/form-data; boundary=b0'
  test.each<[string, string | readonly Header[], string | Uint8Array]>([
    ['a key that stands twice', 'application/json', '{"a":1,"a":2}'],
    ['a key that stands twice once unescaped', 'application/json', '{"a":1,"\\u0061":2}'],
    ['what is no JSON', 'application/json', '{"a":1,}'],
    ['a form that says it is JSON', 'application/json', 'a=1'],
    ['JSON that says it is a form', FORM, JSON_TEXT],
    ['JSON that says it is text', 'text/plain', JSON_TEXT],
    ['JSON that says nothing', [], JSON_TEXT],
    ['bytes that are no UTF-8', 'application/json', Uint8Array.of(0x22, 0xff, 0x22)],
    ['a byte order mark', 'application/json', `\ufeff${JSON_TEXT}`],
    ['another character set', 'application/json; charset=utf-7', JSON_TEXT],
    ['two character sets', 'application/json; charset=utf-8; charset=utf-7', JSON_TEXT],
    ['a second spelling of it', 'application/json; charset=utf-8; charset*=utf-7', JSON_TEXT],
    ['two types', json(['content-type', FORM]), JSON_TEXT],
    ['two types in one', 'application/json, text/plain', JSON_TEXT],
    ['a type with an underscore', json(['content_type', FORM]), JSON_TEXT],
    ['only that', [['content_type', 'application/json']], JSON_TEXT],
    ['a type with a dot', json(['content.type', FORM]), JSON_TEXT],
    ['a compressed body', json(['content-encoding', 'gzip']), JSON_TEXT],
    ['a depth that nobody designed', 'application/json', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
    ['more keys than anybody designed', 'application/json', `{${range(129).map((n) => `"k${word(n)}":1`)}}`],
    ['a semicolon in a form', FORM, 'a=1;b=2'],
    ['a byte that no form has', FORM, 'a=é'],
    ['a line break in a form', FORM, 'a=1\r\nb=2'],
    ['no boundary', 'multipart/form-data', multipart(part('a', '1'))],
    ['another boundary', 'multipart/form-data; boundary=b1', multipart(part('a', '1'))],
    ['another parameter that ends like it', `${MULTI}; xboundary=b1`, multipart(part('a', '1'))],
    ['another before it', 'multipart/form-data; xboundary=b1; boundary=b0', multipart(part('a', '1'))],
    ['the word in another value', `${MULTI}; x="boundary=b1"`, multipart(part('a', '1'))],
    [
      'a comma in the boundary',
      'multipart/form-data; boundary="b0,b1"',
      multipart(part('a', '1')).replaceAll('b0', 'b0,b1'),
    ],
    [
      'an equals sign in it',
      'multipart/form-data; boundary="boundary=b0"',
      multipart(part('a', '1')).replaceAll('b0', 'boundary=b0'),
    ],
    ['another spelling of it alone', 'multipart/form-data; boundary*=b0', multipart(part('a', '1'))],
    ['two boundaries', `${MULTI}; boundary=b1`, multipart(part('a', '1'))],
    ['a boundary inside a part', MULTI, multipart(part('a', 'x--b0y'))],
    ['something before the first boundary', MULTI, `x\r\n${multipart(part('a', '1'))}`],
    ['something after the last', MULTI, `${multipart(part('a', '1'))}--b0\r\n`],
    ['no last boundary', MULTI, '--b0\r\n'],
    ['a name without quotes', MULTI, multipart('Content-Disposition: form-data; name=a\r\n\r\n1')],
    ['two names', MULTI, multipart(part('a', '1', '; name="b"'))],
    ['a second spelling of the file name', MULTI, multipart(part('a', '1', "; filename*=utf-8''x"))],
    ['a folded header', MULTI, multipart('Content-Disposition: form-data;\r\n name="a"\r\n\r\n1')],
    ['an encoded part', MULTI, multipart(part('a', 'MQ==', '\r\nContent-Transfer-Encoding: base64'))],
    ['a part without headers', MULTI, multipart('\r\n1')],
    ['a line feed alone', MULTI, multipart('Content-Disposition: form-data; name="a"\n\n1')],
    ['XML', 'application/xml', '<a/>'],
  ])('%s', (_, type, body) => {
    expect(read(type, body, 'PUT')).toMatchObject({ known: false, setsMethod: false })
  })

  test('a body that is not looked into', () => {
    const headers = [['content-type', 'application/json']] as const
    const body = { kind: 'streamed', bytes: null } as const
    const message = httpMessage({ method: 'POST', target: '/x', headers, body }, null)
    if (message.kind === 'unclear') throw new Error(message.why)
    expect(readBody(message, null)).toMatchObject({ type: 'application/json', keys: [], known: false })
  })
})

test.each([
  ['application/json', 'application/json', true],
  ['Application/JSON ; charset="utf-8"', 'application/json', true],
  ['image/png', 'image/png', true],
  ['application/vnd.ann@example.com', 'other', false],
  ['application/x-4711', 'other', true],
  ['text/plain, application/json', 'other', false],
  ['json', 'other', false],
])('the type of `%s` is `%s`', (sent, type, typeKnown) => {
  expect(read(sent, 'x')).toMatchObject({ type, typeKnown })
})

test('without bytes there is no body, whatever its type is said to be', () => {
  expect(read('application/json', '')).toMatchObject({ type: 'none', keys: [], known: true })
})

describe('of many pairs only the method is looked for', () => {
  const keys = (count: number) =>
    Array.from({ length: count }, (_, at) => `k${String.fromCharCode(97 + (at % 26), 97 + at / 26)}`).join(
      '&',
    )
  test.each([
    ['4096 pairs', 'a&'.repeat(4095), true],
    ['more', 'a&'.repeat(4096), false],
    ['more of none', '&'.repeat(5000), false],
    ['more keys than a leaf holds', keys(1025), false],
    ['many that pay_method', `${'pay_method&'.repeat(5000)}a=_method`, false],
    ['many escapes', '%ff%0d&'.repeat(100_000), false],
    ['a row of what is no letter', '%0d'.repeat(300_000), false],
  ])('%s', (_, text, known) => {
    expect(read(FORM, text)).toMatchObject({ known, setsMethod: false })
  })
})

describe('a method in the body', () => {
  test.each([
    ['application/json', '{"_method":"DELETE"}'],
    ['application/json', '{"_METHOD":"DELETE"}'],
    ['application/json', '{"\\u005fmethod":"DELETE"}'],
    ['application/json', '{"X-HTTP-Method-Override":"DELETE"}'],
    [FORM, 'a=1&%5Fmethod=DELETE'],
    [FORM, 'a=1;_method=DELETE'],
    [FORM, 'a=1&%0A_%0d%0amethod=DELETE'],
    [FORM, `${'a&'.repeat(5000)}_%6Dethod=DELETE`],
    ['application/json', '{"_\\nmethod":"DELETE"}'],
    ['multipart/form-data; boundary=b0', multipart(part('_method', 'DELETE'))],
  ])('%s: %s', (type, text) => {
    expect(read(type, text).setsMethod).toBe(true)
  })

  test.each([
    ['application/json', '{"method":"a","payment_method":"b"}'],
    ['application/json', '{"a":{"_method":"b"}}'],
    [FORM, 'method=sms'],
  ])('%s: %s has none', (type, text) => {
    expect(read(type, text).setsMethod).toBe(false)
  })

  test.each<[string, readonly Header[]]>([
    [
      'compressed',
      [
        ['content-type', FORM],
        ['content-encoding', 'gzip'],
      ],
    ],
    [
      'of a type that is not clear',
      [
        ['content-type', FORM],
        ['content-type', 'text/plain'],
      ],
    ],
    ['of parts that are not clear', [['content-type', 'multipart/form-data']]],
    ['of other parts', [['content-type', 'multipart/mixed; boundary=b0']]],
    ['of a type that only CGI knows', [['content_type', 'text/plain']]],
    ['compressed, and says no type', [['content-encoding', 'gzip']]],
    ['JSON to Laravel', [['content-type', 'text/json']]],
    ['JSON to Laravel by a parameter', [['content-type', 'text/plain; x="/json"']]],
    ['of some JSON that is not read', [['content-type', 'application/vnd.own+json; charset=utf-7']]],
  ])('may be in a posted form that is %s', (_, headers) => {
    expect(read(headers, 'xyz').setsMethod).toBe(true)
    expect(read(headers, 'xyz', 'PUT').setsMethod).toBe(false)
  })

  test.each([
    ['_method=DELETE', true],
    ['a=1;%5Fmethod=DELETE', true],
    ['\uff3fmethod=DELETE', true],
    ['method=sms', false],
    ['{"a":"_method"}', false],
  ])('where no type is said, `%s` may set it: %s', (text, sets) => {
    expect(read([], text).setsMethod).toBe(sets)
  })

  test('may be deeper in JSON than is looked', () => {
    const deep = `{"_method":"DELETE","a":${'['.repeat(40)}${']'.repeat(40)}}`
    expect(read('application/json', deep).setsMethod).toBe(true)
  })

  test.each([
    [[], true],
    [[['content-type', 'multipart/mixed; boundary=b0']], true],
    [[['content-type', 'application/octet-stream']], false],
    // A large upload of JSON would otherwise be `execute`, and few frameworks look for it there.
    [[['content-type', 'application/json']], false],
  ] as const)('may be in a stream with %j: %s', (headers, sets) => {
    const body = { kind: 'streamed', bytes: null } as const
    const message = httpMessage({ method: 'POST', target: '/x', headers, body }, null)
    if (message.kind === 'unclear') throw new Error(message.why)
    expect(readBody(message, null).setsMethod).toBe(sets)
  })
})

describe('what is stated as known has no second spelling', () => {
  const word = fc.constantFrom(
    'role',
    'Role',
    'ROLE',
    'role[]',
    'role.x',
    'r\u043ele',
    'role\u0000',
    ' role',
    '\uff52ole',
  )

  test('of a key in any kind of body', () => {
    fc.assert(
      fc.property(word, fc.nat(2), (key, kind) => {
        const [type = '', text = ''] = [
          ['application/json', JSON.stringify({ [key]: 1 })],
          [FORM, `${encodeURIComponent(key)}=1`],
          ['multipart/form-data; boundary=b0', multipart(part(key, '1'))],
        ][kind] as readonly string[]
        const { keys, known } = read(type, text)
        if (known) expect(keys).toEqual(['role'])
      }),
      { numRuns: 500 },
    )
  })
})

test('no value is among the keys, wherever it stands', () => {
  const value = fc.stringMatching(/^[A-Za-z0-9@.+:;,=~-]{4,40}$/).map((text) => `v4l9${text}`)
  const shape = fc.constantFrom<(a: string, b: string) => readonly [string, string]>(
    (a, b) => ['application/json', JSON.stringify({ name: a, list: [b, { deep: a }] })],
    (a, b) => ['application/json', JSON.stringify({ [`${a}99`]: b, by: { [`${b}99`]: [a] } })],
    (a, b) => ['application/json', `{"name":"${a}","name":"${b}"}`],
    (a, b) => ['application/json', `{"name":"${a}",${b}`],
    (a, b) => [FORM, `name=${encodeURIComponent(a)}&${encodeURIComponent(b)}99=1`],
    (a, b) => [FORM, `name=${a}99;${b}99=1`],
    (a, b) => ['multipart/form-data; boundary=b0', multipart(part('a', a), part(`${b}99`, b))],
    (a, b) => ['multipart/form-data; boundary=b0', multipart(part('f', a, `; filename="${b}"`))],
    (a, b) => [`text/${a}`, b],
    (a, b) => [`multipart/form-data; boundary=${a}`, b],
  )
  fc.assert(
    fc.property(shape, value, value, (of, a, b) => {
      const { keys, type } = read(...of(a, b))
      for (const one of [a, b]) expect(JSON.stringify([keys, type])).not.toContain(one)
    }),
    { numRuns: 2000 },
  )
})

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** A number as letters, since a key of many digits is no name. */
function word(number: number): string {
  return String.fromCharCode(97 + (number % 26), 97 + Math.floor(number / 26))
}
