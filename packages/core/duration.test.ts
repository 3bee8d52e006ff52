import { describe, expect, test } from 'vitest'
import { parseDurationMs } from './duration.ts'

describe('a time is a whole number and one unit', () => {
  test.each([
    ['50s', 50_000],
    ['15m', 900_000],
    ['8h', 28_800_000],
    ['7d', 604_800_000],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  test.each(['', '5', 'm', '0s', '05m', '1.5h', '-1m', '1 m', '1M', '1w', '1h30m', '100000s', ' 1m', '1m\n'])(
    'and %j is none',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})
