import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonLimits, type JsonListener, JsonScanner, type JsonStand, type JsonType } from './scanner.ts'

const LIMITS: JsonLimits = { depth: 8, keys: 1000, keyChars: 10_000, textChars: 10_000 }
const encoder = new TextEncoder()
const WRONG_PIECES = String.raw`" \ \u \ud83d \u00e { } [ ] : , 0 - . e 1e 00 +1 true nul null NaN /**/ '`

/** What the listener was told, a line a call, with the bytes that each token stands on. */
function told(
  chunks: readonly Uint8Array[],
  limits = LIMITS,
): { stand: JsonStand; lines: readonly string[] } {
  const lines: string[] = []
  const say = (line: string) => lines.push(`${scanner.start}-${scanner.end} ${line}`)
  const listener: JsonListener = {
    opened: (what) => say(`opened ${what}`),
    closed: (what) => say(`closed ${what}`),
    key: (name, again) => say(`${again ? 'key again' : 'key'} ${name}`),
    scalar: (type, text, whole) => say(`${type} ${text}${whole ? '' : '…'}`),
  }
  const scanner = new JsonScanner(listener, limits)
  for (const chunk of chunks) scanner.push(chunk)
  return { stand: scanner.finish(), lines }
}

/** Builds the value back out of what the scanner told. */
function built(bytes: Uint8Array): { value: unknown } | null {
  const root: unknown[] = []
  const open: { add: (value: unknown) => void }[] = [{ add: (value) => root.push(value) }]
  let key = ''
  const add = (value: unknown) => open.at(-1)?.add(value)
  const scanner = new JsonScanner(
    {
      opened(what) {
        if (what === 'array') {
          const list: unknown[] = []
          add(list)
          open.push({ add: (value) => list.push(value) })
        } else {
          const members = {}
          add(members)
          open.push({
            add: (value) =>
              Object.defineProperty(members, key, {
                value,
                enumerable: true,
                writable: true,
                configurable: true,
              }),
          })
        }
      },
      closed: () => open.pop(),
      key: (name) => {
        key = name
      },
      scalar: (type, text) => add(scalarOf(type, text)),
    },
    { ...LIMITS, depth: 1000 },
  )
  scanner.push(bytes)
  return scanner.finish() === 'fine' ? { value: root[0] } : null
}

function scalarOf(type: JsonType, text: string): unknown {
  switch (type) {
    case 'string':
      return text
    case 'number':
      return Number(text)
    case 'boolean':
      return text === 'true'
    case 'null':
      return null
  }
}

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}

describe('it agrees with JSON.parse', () => {
  const spaced = fc.tuple(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2, '\t'))
  const text = spaced.map(([value, indent]) => JSON.stringify(value, null, indent))

  test('on random values', () => {
    fc.assert(
      fc.property(text, (json) => {
        expect(built(encoder.encode(json))).toEqual(parsed(json))
      }),
      { numRuns: 2000 },
    )
  })

  test('on random mutations of them', () => {
    const piece = fc.constantFrom(
      ...WRONG_PIECES.split(' '),
      '',
      ' ',
      '\n',
      '\u0000',
      '\u000b',
      '\ufeff',
      '\u2028',
      'é',
      '💥',
    )
    const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(3), piece })
    fc.assert(
      fc.property(text, fc.array(mutation, { minLength: 1, maxLength: 4 }), (json, mutations) => {
        const mutated = mutations.reduce((now, one) => {
          const at = Math.floor(one.at * now.length)
          return (now.slice(0, at) + one.piece + now.slice(at + one.cut)).toWellFormed()
        }, json)
        expect(built(encoder.encode(mutated))).toEqual(parsed(mutated))
      }),
      { numRuns: 5000 },
    )
  })
})

test('any split gives the same events', () => {
  const text = fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom(
      '{"a\\u0041":"\\ud83d\\udca5é💥","a\\u0041":[-1.5e+3,true]}',
      '"\\uD83"',
      '[1,2',
      '{"a":tru}',
      '"é',
    ),
  )
  fc.assert(
    fc.property(text, fc.array(fc.nat(60), { maxLength: 12 }), (json, cuts) => {
      const bytes = encoder.encode(json)
      const at = [
        0,
        ...cuts.filter((cut) => cut <= bytes.length).toSorted((one, other) => one - other),
        bytes.length,
      ]
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
      expect(told(chunks)).toEqual(told([bytes]))
      expect(told([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(told([bytes]))
    }),
    { numRuns: 1000 },
  )
})

test('each token is told with the bytes it stands on', () => {
  expect(told([encoder.encode(' {"é": [1, "x"]}\n')])).toEqual({
    stand: 'fine',
    lines: [
      '1-2 opened object',
      '2-6 key é',
      '8-9 opened array',
      '9-10 number 1',
      '12-15 string x',
      '15-16 closed array',
      '16-17 closed object',
    ],
  })
})

describe('a key that stands twice in one object is told', () => {
  test.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"\\/":1,"/":2}', ['/']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', []],
    ['{"a":1,"A":2}', []],
  ])('%s', (json, again) => {
    const { stand, lines } = told([encoder.encode(json)])
    expect(stand).toBe('fine')
    expect(lines.filter((line) => line.includes('again')).map((line) => line.split(' ').at(-1))).toEqual(
      again,
    )
  })
})

describe('what is no JSON is `syntax`', () => {
  test.each([
    '',
    ' ',
    '{} {}',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "['a']",
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '0x1',
    '1e',
    'NaN',
    'Infinity',
    'True',
    'constructor',
    '[1 2]',
    '{"a" 1}',
    '{"a"}',
    '{]',
    '[}',
    '}',
    '"\n"',
    '"\\x41"',
    '"\\u00g0"',
    '"a',
    '[1',
    '// x\n1',
    '\ufeff1',
    '\u00a01',
  ])('%j', (json) => {
    expect(told([encoder.encode(json)]).stand).toBe('syntax')
  })

  test.each([
    ['a byte of no character', [0x22, 0xff, 0x22]],
    ['half a character', [0x22, 0xc3, 0x22]],
    ['half a character before an escape', [0x22, 0xc3, 0x5c, 0x6e, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['UTF-16', [0x22, 0x00, 0x22, 0x00]],
  ])('%s', (_, bytes) => {
    expect(told([Uint8Array.from(bytes)]).stand).toBe('syntax')
    expect(told(bytes.map((byte) => Uint8Array.of(byte))).stand).toBe('syntax')
  })
})

describe('past a limit it looks no further', () => {
  test.each<[string, string, JsonStand]>([
    ['a depth that is allowed', `${'['.repeat(8)}${']'.repeat(8)}`, 'fine'],
    ['a depth that is not', '['.repeat(9), 'too-deep'],
    ['a depth that a stack would not hold', '['.repeat(1_000_000), 'too-deep'],
    ['a long number', `[${'1'.repeat(1025)}]`, 'too-long'],
    ['a long key', `{"${'k'.repeat(1025)}":1}`, 'too-long'],
    ['many keys of one object', `{${range(1001).map((n) => `"k${n}":1`)}}`, 'too-many'],
    ['many keys of open objects', `{${range(999).map((n) => `"k${n}":1`)},"k":{"a":1}}`, 'too-many'],
    [
      'long keys of open objects',
      `{${range(10).map((n) => `"${n}${'k'.repeat(999)}":1`)},"a":{"b":1}}`,
      'too-many',
    ],
    ['as long ones of closed objects', `[${range(20).map((n) => `{"${n}${'k'.repeat(999)}":1}`)}]`, 'fine'],
    ['many keys of closed objects', `[${range(1001).map(() => '{"a":1}')}]`, 'fine'],
  ])('%s', (_, json, stand) => {
    expect(told([encoder.encode(json)]).stand).toBe(stand)
  })

  test('a long string is told, cut, and still has to be one', () => {
    const limits = { ...LIMITS, textChars: 3 }
    expect(told([encoder.encode('["abc","abcd"]')], limits).lines).toEqual([
      '0-1 opened array',
      '1-6 string abc',
      '7-13 string abc…',
      '13-14 closed array',
    ])
    expect(told([Uint8Array.of(0x22, 0x61, 0x61, 0x61, 0x61, 0xff, 0x22)], limits).stand).toBe('syntax')
  })
})

test('nothing is told after it broke', () => {
  const { stand, lines } = told([encoder.encode('[1,'), encoder.encode(',2]'), encoder.encode('[3]')])
  expect({ stand, lines }).toEqual({ stand: 'syntax', lines: ['0-1 opened array', '1-2 number 1'] })
})

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
