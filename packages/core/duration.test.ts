import { describe, expect, test } from 'vitest'
import { durationText, parseDurationMs } from './duration.ts'

describe('a time is a whole number and one unit', () => {
  test.each([
    ['50s', 50_000],
    ['15m', 900_000],
    ['8h', 28_800_000],
    ['7d', 604_800_000],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
    expect(durationText(ms)).toBe(text)
  })

  test('and is spelled in the largest unit that leaves no rest', () => {
    expect(['60s', '90m', '24h', '36h'].map((text) => durationText(parseDurationMs(text) ?? 0))).toEqual([
      '1m',
      '90m',
      '1d',
      '36h',
    ])
  })

  test.each(['', '5', 'm', '0s', '05m', '1.5h', '-1m', '1 m', '1M', '1w', '1h30m', '100000s', ' 1m', '1m\n'])(
    'and %j is none',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})
