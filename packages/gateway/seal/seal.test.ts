import { createSecretKey, randomBytes } from 'node:crypto'
import { drawId } from '@sallyport/core/action/ids'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSeal, Unsealable } from './seal.ts'

const seal = openSeal(createSecretKey(randomBytes(32)), randomBytes)
const action = drawId('act', randomBytes)

test('what was sealed opens, for its action and purpose', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 5000 }),
      fc.constantFrom('payload', 'answer'),
      (bytes, purpose) => {
        expect(seal.open(seal.seal(bytes, action, purpose), action, purpose)).toEqual(bytes)
      },
    ),
  )
})

test('the same bytes are never sealed alike', () => {
  const bytes = Buffer.from('DELETE /customers/7')
  expect(seal.seal(bytes, action, 'payload')).not.toEqual(seal.seal(bytes, action, 'payload'))
})

describe('nothing else opens it', () => {
  const bytes = Buffer.from('DELETE /customers/7')
  const sealed = seal.seal(bytes, action, 'payload')

  test('not another action', () => {
    expect(() => seal.open(sealed, drawId('act', randomBytes), 'payload')).toThrow(Unsealable)
  })

  test('not another purpose', () => {
    expect(() => seal.open(sealed, action, 'answer')).toThrow(Unsealable)
  })

  test('not another key', () => {
    const other = openSeal(createSecretKey(randomBytes(32)), randomBytes)
    expect(() => other.open(sealed, action, 'payload')).toThrow(Unsealable)
  })

  test('not after one bit of it was changed, wherever', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => seal.open(changed, action, 'payload')).toThrow(Unsealable)
    }
  })

  test('not cut short, at any byte', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(() => seal.open(sealed.subarray(0, length), action, 'payload')).toThrow(Unsealable)
    }
  })
})
