import { expect, test } from 'vitest'
import { quantile, ratios, spreadOf } from './spread.ts'

test.each([
  [[3, 1, 2], { median: 2, min: 1, max: 3 }],
  [[4, 1], { median: 2.5, min: 1, max: 4 }],
  [[7], { median: 7, min: 7, max: 7 }],
])('the rounds %j are shown by their median and their ends', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread)
})

test('a quantile lies between its neighbours', () => {
  expect(quantile([0, 10, 20], 0.75)).toBe(15)
})

test('nothing measured is an error and no zero', () => {
  expect(() => spreadOf([])).toThrow('nothing was measured')
})

test('a ratio is made within its round', () => {
  expect(ratios([10, 5], [20, 10])).toEqual([0.5, 0.5])
})
