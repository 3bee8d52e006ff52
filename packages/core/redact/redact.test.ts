import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isWhole,
  JSON_DEPTH,
  LIMIT_MIN_CHARS,
  redactHeader,
  redactJson,
  redactPath,
  redactQuery,
  redactText,
  secretSpans,
} from './redact.ts'
import type { Redacted } from './redacted.ts'

const PLENTY_CHARS = 1_000_000
const KEY = 'sp_0123456789abcdefghjkmnpqrs'

/** In each the secret is `hunter2`, `hunter3`, or the key; what is shown is the second column. */
// biome-ignore format: a table is read by its columns
const HIDDEN: readonly (readonly [string, string])[] = [
  ['password=hunter2',                             'password=‹hidden: password›'],
  ['PGPASSWORD=hunter2 psql',                      'PGPASSWORD=‹hidden: password› psql'],
  ['a=1&client_secret=hunter2&b=2',                'a=1&client_secret=‹hidden: secret›&b=2'],
  ['{"apiKey": "hunter2", "id": 7}',               '{"apiKey": "‹hidden: api-key›", "id": 7}'],
  ['{"password":"hunter2 \\" hunter3","id":7}',    '{"password":"‹hidden: password›","id":7}'],
  ['"{\\"token\\":\\"hunter2\\",\\"id\\":7}"',     '"{\\"token\\":\\"‹hidden: token›\\",\\"id\\":7}"'],
  ['{"credentials":{"u":"hunter2"},"id":7}',       '{"credentials":‹hidden: credential›,"id":7}'],
  ['"tokens": ["hunter2", "]hunter3"] rest',       '"tokens": ‹hidden: token› rest'],
  ['{"secret":\n  "hunter2"}',                     '{"secret":\n  "‹hidden: secret›"}'],
  ["curl -H 'Authorization: Bearer hunter2' https://x", "curl -H 'Authorization: ‹hidden: authorization›' https://x"],
  ['Authorization: Digest user="a", response="hunter2"\nHost: x', 'Authorization: ‹hidden: authorization›\nHost: x'],
  ['Cookie: "a"; b=hunter2\r\nHost: x',            'Cookie: ‹hidden: cookie›\r\nHost: x'],
  ['{"set-cookie":["a=hunter2; Path=/"],"id":7}',  '{"set-cookie":‹hidden: cookie›,"id":7}'],
  ['sent Bearer hunter2 to it',                    'sent Bearer ‹hidden: authorization› to it'],
  ['Basic aHVudGVyMjpodW50ZXIz',                   'Basic ‹hidden: authorization›'],
  ['bearer%20hunter2',                             'bearer%20‹hidden: authorization›'],
  ['login --password hunter2 --user me',           'login --password ‹hidden: password› --user me'],
  ['login --token="hunter2 hunter3" x',            'login --token="‹hidden: token›" x'],
  ["ALTER ROLE a PASSWORD 'hunt''hunter2' LOGIN",  "ALTER ROLE a PASSWORD '‹hidden: password›' LOGIN"],
  ["where token = E'hunter2\\' hunter3' or 1=1",   'where token = ‹hidden: token›\' or 1=1'],
  ['user[password]=hunter2&user[name]=x',          'user[password]=‹hidden: password›&user[name]=x'],
  ['cfg["secret"] = "hunter2"',                    'cfg["secret"] = "‹hidden: secret›"'],
  ['next=https%3A%2F%2Fx%3Ftoken%3Dhunter2&a=b',   'next=https%3A%2F%2Fx%3Ftoken%3D‹hidden: token›&a=b'],
  ['postgres://me:hunter2@db/x',                   'postgres://me:‹hidden: credential›@db/x'],
  ['redis://:hunter2@hunter3@cache/0',             'redis://:‹hidden: credential›@cache/0'],
  [`key ${KEY}, and x.${KEY}`,                     'key ‹hidden: sallyport-key›, and x.‹hidden: sallyport-key›'],
  [`postgres://agent:${KEY}@localhost:7432/crm`,   'postgres://agent:‹hidden: credential›@localhost:7432/crm'],
  [`x://${KEY}:hunter2@db`,                        'x://‹hidden: sallyport-key›:‹hidden: credential›@db'],
  ['password="hunter2 without an end',             'password="‹hidden: password›'],
  ['session_id: hunter2',                          'session_id: ‹hidden: session›'],
]

/** What only looks like a secret stays readable: a card that hides everything is no card. */
const SHOWN: readonly string[] = [
  'select password from users where id = 1',
  '{"max_tokens": 100, "prompt_tokens": 12}',
  '--password-file /run/key token_type: bearer-ish',
  'basic understanding of a session',
  'bypass=1 author=me compass: north',
  'Token::new(x) and password::text',
  'http://localhost:7080/crm/a@b',
  'grasp_the_opportunity_of_this sp_short',
  'PASSWORD=\nUSER=me',
  'the tests passed: 12',
]

describe('free text', () => {
  test.each(HIDDEN)('%s → %s', (raw, shown) => {
    expect(redactText(raw, PLENTY_CHARS)).toBe(shown)
    expect(redactText(raw, PLENTY_CHARS)).not.toMatch(/hunter[23]|sp_0/)
  })

  test.each(SHOWN)('%s stays as it is', (raw) => {
    expect(redactText(raw, PLENTY_CHARS)).toBe(raw)
  })

  test('a marker of a class that we do not have is text like any other', () => {
    expect(redactText('password=‹hidden:hunter2›', PLENTY_CHARS)).toBe('password=‹hidden: password›')
  })

  test('is made well formed and keeps its control characters', () => {
    expect(redactText('a\ud800b\u0000\u001b[2J\r\n', PLENTY_CHARS)).toBe('a\ufffdb\u0000\u001b[2J\r\n')
  })

  test('spans are offsets of the text as given', () => {
    const raw = '\ud800 password=hunter2'
    expect(secretSpans(raw)).toEqual([{ start: 11, end: 18, class: 'password' }])
  })
})

describe('a text over its limit', () => {
  const long = `start ${'x y '.repeat(1000)}end`

  test('keeps head and tail, says how much is missing, and is not whole', () => {
    const cut = redactText(long, 100)
    expect(cut).toMatch(/^start .*‹cut: \d+ characters›.*end$/)
    expect(cut.length).toBeLessThanOrEqual(100)
    const [, missing = ''] = /‹cut: (\d+) /.exec(cut) ?? []
    expect(cut.replace(/‹cut.*?›/, '').length + Number(missing)).toBe(long.length)
    expect(isWhole(cut)).toBe(false)
    expect(isWhole(redactText(long, PLENTY_CHARS))).toBe(true)
  })

  test('never shows half of a secret, a marker or a surrogate pair, wherever the cut falls', () => {
    const raw = `${'😀 '.repeat(40)} password=hunter2hunter3 ${KEY} ${'😀 '.repeat(40)}`
    for (let limit = LIMIT_MIN_CHARS; limit < raw.length; limit++) {
      const cut = redactText(raw, limit)
      expect(cut.isWellFormed()).toBe(true)
      expect(cut).not.toMatch(/hunt|sp_0/)
      expect(cut.replace(/‹(hidden|cut): [a-z0-9 -]+›/g, '')).not.toMatch(/[‹›]/)
    }
  })
})

/** Texts made of what the scanner reacts to, so that random ones reach its corners. */
const tricky = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'password',
        'token',
        'Cookie',
        'authorization',
        'Bearer',
        'basic',
        'sp_',
        '://',
        'a',
        'x.y',
        '--',
      ),
      fc.constantFrom(
        '=',
        ':',
        '::',
        ' ',
        '\n',
        '"',
        "'",
        '\\',
        '\\"',
        '{',
        '}',
        '[',
        ']',
        '&',
        '@',
        '/',
        '%3D',
        '%22',
        '-',
      ),
      fc.constantFrom(
        '‹hidden: token›',
        '‹hidden: x›',
        '‹cut: 5 characters›',
        '‹',
        '›',
        '\ud800',
        '😀',
        KEY,
        'Aa1bcdefgh',
        'E',
      ),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((parts) => parts.join(''))

test('hiding twice is hiding once', () => {
  fc.assert(
    fc.property(
      fc.oneof(tricky, fc.string({ unit: 'binary' })),
      fc.integer({ min: 0, max: 300 }),
      (raw, limit) => {
        const once = redactText(raw, limit)
        expect(redactText(once, limit)).toBe(once)
        expect(once.length).toBeLessThanOrEqual(Math.max(limit, LIMIT_MIN_CHARS))
        expect(once.isWellFormed()).toBe(true)
      },
    ),
    { numRuns: 5000 },
  )
})

describe('headers, queries, paths and JSON', () => {
  test.each([
    ['Authorization', 'Basic aHVudGVyMg==', '‹hidden: authorization›'],
    ['proxy-authorization', 'hunter2', '‹hidden: authorization›'],
    ['Cookie', 'a=hunter2', '‹hidden: cookie›'],
    ['X-Api-Key', 'hunter2', '‹hidden: api-key›'],
    ['X-Amz-Security-Token', 'hunter2', '‹hidden: token›'],
    ['x-functions-key', 'hunter2', '‹hidden: key›'],
    ['DD-APPLICATION-KEY', 'hunter2', '‹hidden: key›'],
    ['Idempotency-Key', 'hunter2', '‹hidden: key›'],
    ['X-Key-Type', 'rsa', 'rsa'],
    ['X-Keyboard', 'qwertz', 'qwertz'],
    ['Content-Type', 'application/json', 'application/json'],
    ['X-Note', `use ${KEY}`, 'use ‹hidden: sallyport-key›'],
    ['Cookie', '', ''],
  ])('header %s: %s → %s', (name, value, shown) => {
    expect(redactHeader(name, value)).toEqual({ name, value: shown })
  })

  test('a query is decoded once, so that no escape hides a name or a value from us', () => {
    expect(
      redactQuery('?q=a+b%21&%74oken=hunter2&note=s%70_0123456789abcdefghjk&flag&=v&bad=%ff%zz'),
    ).toEqual([
      { name: 'q', value: 'a b!' },
      { name: 'token', value: '‹hidden: token›' },
      { name: 'note', value: '‹hidden: sallyport-key›' },
      { name: 'flag', value: '' },
      { name: '', value: 'v' },
      { name: 'bad', value: '\ufffd%zz' },
    ])
  })

  test.each(['key', 'KEY', 'appkey', 'primaryKey', 'key2', 'map[key]', 'k%65y', 'x.key'])(
    'a query value by the name %s is hidden',
    (name) => {
      expect(redactQuery(`${name}=hunter2`)[0]?.value).toBe('‹hidden: key›')
    },
  )

  test('in text and JSON a key is as often that of a map or a table', () => {
    expect(redactText('sort_key=name, key: 7', PLENTY_CHARS)).toBe('sort_key=name, key: 7')
    expect(redactJson({ primaryKey: 'id', key: 7 }, PLENTY_CHARS)).toBe('{"primaryKey":"id","key":7}')
    expect(redactText('?key=‹hidden: key›', PLENTY_CHARS)).toBe('?key=‹hidden: key›')
  })

  test('a path stays as it was sent, except for a secret', () => {
    expect(redactPath('/a%20b/../c;v=1//%2f')).toBe('/a%20b/../c;v=1//%2f')
    expect(redactPath(`/k/s%70${KEY.slice(2)}/x;token=hunter2/y`)).toBe(
      '/k/‹hidden: sallyport-key›/x;token=‹hidden: token›/y',
    )
  })

  test('a JSON member with a secret name is hidden whole, at any depth', () => {
    const value = {
      id: 7,
      a: [{ clientSecret: ['hunter2'], pin: null }],
      pass: 12,
      note: 'password=hunter2',
      [KEY]: true,
    }
    expect(redactJson(value, PLENTY_CHARS)).toBe(
      '{"id":7,"a":[{"clientSecret":"‹hidden: secret›","pin":null}],"pass":"‹hidden: password›","note":"password=‹hidden: password›","‹hidden: sallyport-key›":true}',
    )
  })

  test('JSON deeper than the limit is hidden and not walked', () => {
    let deep: { a: unknown } = { a: 'hunter2' }
    for (let depth = 0; depth < 5000; depth++) deep = { a: deep }
    const shown: Redacted = redactJson(deep as never, PLENTY_CHARS)
    expect(shown.split('"a"').length - 1).toBe(JSON_DEPTH)
    expect(shown).toContain('‹hidden: too-deep›')
  })
})
