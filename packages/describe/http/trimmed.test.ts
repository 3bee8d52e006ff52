import { expect, test } from 'vitest'
import { trimmed, trimmedEnd } from './trimmed.ts'

const row = ' '.repeat(1_000_000)

test.each([
  ['', ''],
  ['  ', ''],
  [' a b\t', 'a b'],
  [`a${row}b`, `a${row}b`],
  [`${row}a${row}`, 'a'],
])('what is blank goes at either end, and stays in the middle', (text, left) => {
  expect(trimmed(text, /\s/)).toBe(left)
  expect(`${' '}${trimmedEnd(text, /\s/)}`.trimStart()).toBe(left)
})

test('one look for each blank, and one at each end', () => {
  let looks = 0
  const blank = /\s/
  blank.test = (char) => {
    looks++
    return char === ' '
  }
  trimmed(`${row}a${row}b${row}`, blank)
  expect(looks).toBe(2 * row.length + 2)
})
