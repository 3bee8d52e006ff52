import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawId, parseDrawn } from './ids.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

test('a drawn id is the number that was drawn, in base 32, and is read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const id = drawId('act', () => bytes)
      const digits = id
        .slice('act_'.length)
        .split('')
        .map((letter) => BigInt(ALPHABET.indexOf(letter)))
      const drawn = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
      expect(digits.reduce((sum, digit) => sum * 32n + digit, 0n)).toBe(drawn)
      expect(parseDrawn('act', id)).toBe(id)
    }),
  )
})
