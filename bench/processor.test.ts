import { describe, expect, test } from 'vitest'
import { spentBelow, spentIn } from './processor.ts'

const STAT = '4242 (nginx) S 1 4242 4242 0 -1 4194560 500 0 0 0 150 50 20 5 20 0 1 0 1000 2000 300'

describe('processor time', () => {
  test('is user and system time, and apart from it that of children waited for', () => {
    expect(spentIn(STAT, 100)).toEqual({ own: 2, reaped: 0.25 })
  })

  test.each(['a) b (c', ':-) S 9 9 9', ''])('is found behind the name `%s`', (name) => {
    expect(spentIn(STAT.replace('nginx', name), 100)).toEqual({ own: 2, reaped: 0.25 })
  })

  test('of a line that is none is not a number made up', () => {
    expect(() => spentIn('no such process', 100)).toThrow('no line of /proc')
  })

  test('of this very process is more than nothing', () => {
    expect(spentBelow(process.pid)).toBeGreaterThan(0)
  })
})
