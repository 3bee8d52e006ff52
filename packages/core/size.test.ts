import { describe, expect, test } from 'vitest'
import { parseSizeBytes, sizeText } from './size.ts'

describe('a size is a whole number and one unit', () => {
  test.each([
    ['500B', 500],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
  ])('%s', (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes)
    expect(sizeText(bytes)).toBe(text)
  })

  test('and is spelled in the largest unit that leaves no rest', () => {
    expect(['1024KiB', '1536KiB', '2048B'].map((text) => sizeText(parseSizeBytes(text) ?? 0))).toEqual([
      '1MiB',
      '1536KiB',
      '2KiB',
    ])
  })

  test.each([
    '',
    '5',
    '0B',
    '05B',
    '1.5MiB',
    '-1B',
    '1 MiB',
    '1MB',
    '1mib',
    '1TiB',
    '100000B',
    ' 1B',
    '1B\n',
  ])('and %j is none', (text) => {
    expect(parseSizeBytes(text)).toBeUndefined()
  })
})
