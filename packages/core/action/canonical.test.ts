import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText, type Json, spelledOnce } from './canonical.ts'

/** Every value of JSON, texts with controls, quotes, pairs of surrogates and keys that sort otherwise by code point. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u{1f600}', '\ufb33', 'é', '"', '\\', '__proto__'),
)
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(null, true, false, -0),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.array(tie('value')),
    fc.dictionary(text, fc.option(tie('value'), { nil: undefined })),
  ),
})).value

describe('the canonical form', () => {
  test('is byte for byte that of the library of the authors of RFC 8785', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(value ?? null)).toBe(canonicalize(value ?? null))
      }),
      { numRuns: 2_000 },
    )
  })

  test('is the same for what was spelled before, wherever it stands', () => {
    fc.assert(
      fc.property(json, json, (inner, other) => {
        const shared = { inner }
        const plain = canonicalize({ z: other, a: shared, list: [shared, shared] })
        spelledOnce(shared)
        expect(canonicalText({ z: other, a: shared, list: [shared, shared] })).toBe(plain)
      }),
    )
  })

  test('of what was spelled once cannot become another: it is frozen to its depths', () => {
    const value = spelledOnce({ a: { b: [1, { c: 2 }] } })
    expect(() => void (value.a.b[0] = 3)).toThrow(TypeError)
    expect(() => void Object.assign(value.a.b[1] ?? {}, { c: 3 })).toThrow(TypeError)
    expect(canonicalText(value)).toBe('{"a":{"b":[1,{"c":2}]}}')
  })

  test.each<[string, unknown]>([
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['a surrogate pair the wrong way round', '\udc00\ud800'],
    ['not a number', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['undefined in a list', [undefined]],
    ['a function', { f: () => 1 }],
    ['a big integer', 1n],
  ])('is not made up for %s', (_, value) => {
    expect(() => canonicalText(value as Json)).toThrow('no canonical form')
  })

  test('ends with a sentence where nesting would end the stack', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json
    expect(() => canonicalText(deep)).toThrow('nested so deep')
  })
})
