import { describe, expect, test } from 'vitest'
import { figuresIn } from './wrk.ts'

const line = (refused: number, broken: number, answers = 3000): string =>
  `Running 2s test @ http://127.0.0.1:1\nfigures answers=${answers} refused=${refused} broken=${broken} microseconds=2000000 p50=640 p99=12500\n`

describe('what wrk says', () => {
  test('is read as rate and milliseconds', () => {
    expect(figuresIn(line(0, 0))).toEqual({ answers: 3000, perSecond: 1500, p50Ms: 0.64, p99Ms: 12.5 })
  })

  test.each([
    ['one refusal among many answers', line(1, 0), 'of 3000 answers 1 were refusals, and 0 requests broke'],
    ['one broken request', line(0, 1), 'of 3000 answers 0 were refusals, and 1 requests broke'],
    ['no answer', line(0, 0, 0), 'not one answer came back'],
    ['another program', 'Requests/sec: 12', 'wrk gave no figures'],
  ])('is no figure with %s', (_, output, says) => {
    expect(() => figuresIn(output)).toThrow(says)
  })
})
