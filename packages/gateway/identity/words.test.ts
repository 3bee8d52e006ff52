import { expect, test } from 'vitest'
import { drawWords, word } from './words.ts'

test.each([
  [0x7f00, 'lusab'],
  [0x0001, 'babad'],
  [0x3f54, 'gutih'],
  [0xdcc1, 'tugad'],
])('%i is spelled %s, as the proposal has it', (bits, spelled) => {
  expect(word(bits)).toBe(spelled)
})

test('64 random bits are four words', () => {
  expect(drawWords((n) => new Uint8Array(n))).toBe('babab-babab-babab-babab')
})
