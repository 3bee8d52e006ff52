import { describe, expect, test } from 'vitest'
import { claim } from '../packages/testkit/claim.ts'
import { citationsIn, judge, lastLine, openCells, type Ran } from './cells.ts'
import { type Cell, REQUIREMENTS, type Requirements, SURFACES } from './requirements.ts'

const TABLE = table({
  'A1:http': 'cited',
  'A1:page': 'cited: system',
  'A2:http': 'open: later',
  'A2:page': 'n/a: never',
})

describe('a run against the table', () => {
  // biome-ignore format: a table
  test.each([
    ['a whole run with every cited cell passes', 'whole', [ran('[A1:http] x')], []],
    ['a whole run without a cited cell fails', 'whole', [ran('x')], ['A1:http is `cited` and no passed test cites it']],
    ['a failed citation cites nothing', 'whole', [ran('[A1:http] x', 'failed')], ['A1:http is `cited`']],
    ['a skipped citation cites nothing', 'whole', [ran('[A1:http] x', 'skipped')], ['A1:http is `cited`']],
    ['a part of a run owes nothing', 'part', [ran('x')], []],
    ['a system run owes its own cells', 'system', [ran('x')], ['A1:page is `cited: system`']],
    ['an unknown claim is refused, in a part too', 'part', [ran('[Z9:http] x')], ['a.test.ts: cites Z9:http, which is not in the table']],
    ['an unknown surface is refused', 'part', [ran('[A1:fax] x')], ['a.test.ts: cites A1:fax, which is not in the table']],
    ['an open cell is no citation', 'part', [ran('[A2:http] x')], ['a.test.ts: cites A2:http, which says `open: later`']],
    ['a cell that is n/a is no citation', 'part', [ran('[A2:page] x')], ['a.test.ts: cites A2:page, which says `n/a: never`']],
    ['each of several citations counts', 'whole', [ran('[A1:http A2:page] x')], ['a.test.ts: cites A2:page']],
    ['a run without tests fails', 'part', [], ['no test ran']],
  ] as const)('%s', (_title, run, tests, starts) => {
    const { faults } = judge(TABLE, run, tests, [])
    expect(faults.map((fault, index) => fault.slice(0, starts[index]?.length ?? 0))).toEqual(starts)
  })

  test('a cell cited in part owes its test like another, and is counted among the open ones', () => {
    const part = table({ 'A1:http': 'cited in part: half of it' })
    expect(judge(part, 'whole', [ran('x')], []).faults).toHaveLength(1)
    expect(judge(part, 'whole', [ran('[A1:http] x')], []).faults).toEqual([])
    expect(openCells(part)).toEqual([{ why: 'cited in part: half of it', cells: ['A1:http'] }])
  })

  test('missing cells and errors outside of tests count as failed', () => {
    const tests = [ran('x'), ran('y', 'failed'), ran('z', 'skipped')]
    const { passed, failed, skipped } = judge(TABLE, 'whole', tests, ['b.test.ts: does not load'])
    expect({ passed, failed, skipped }).toEqual({ passed: 1, failed: 3, skipped: 1 })
  })
})

describe('the lines of a run', () => {
  test('the last line says skipped tests only where there are some', () => {
    expect(lastLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
    expect(lastLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
  })

  test('open cells stand together by what they wait for, the longest list first', () => {
    const open = openCells(
      table({ 'A1:http': 'open: a', 'A1:page': 'open: b', 'A2:http': 'open: b', 'A2:page': 'cited' }),
    )
    expect(open).toEqual([
      { why: 'b', cells: ['A1:page', 'A2:http'] },
      { why: 'a', cells: ['A1:http'] },
    ])
  })
})

describe('the title of a test', () => {
  test('gives back what `claim` put in', () => {
    expect(citationsIn(claim(['G1', 'A1'], 'http', 'a sentence'))).toEqual([
      { id: 'G1', surface: 'http' },
      { id: 'A1', surface: 'http' },
    ])
  })

  test.each(['a sentence', 'G1:http a sentence', 'a sentence [G1:http]', '[] a sentence'])(
    'that is `%s` cites nothing',
    (title) => {
      expect(citationsIn(title)).toEqual([])
    },
  )
})

describe('the table', () => {
  test('has every claim, each with every surface and a sentence', () => {
    const counts = { G: 11, A: 10, V: 4, R: 6, L: 8, S: 13, C: 1, I: 1, P: 2, U: 3 }
    const ids = Object.entries(counts).flatMap(([letter, n]) =>
      Array.from({ length: n }, (_, index) => `${letter}${index + 1}`),
    )
    expect(Object.keys(REQUIREMENTS).toSorted()).toEqual(ids.toSorted())
    for (const { says, cells } of Object.values(REQUIREMENTS)) {
      expect(says).toMatch(/^[A-Z].*\.$/)
      expect(Object.keys(cells).toSorted()).toEqual([...SURFACES].toSorted())
    }
  })

  test('gives a reason for each cell that nobody cites', () => {
    for (const { cells } of Object.values(REQUIREMENTS))
      for (const cell of Object.values(cells))
        expect(cell).toMatch(/^(cited|cited: system|(cited in part|n\/a|open): [A-Za-z].+)$/)
  })
})

function ran(title: string, state: Ran['state'] = 'passed'): Ran {
  return { file: 'a.test.ts', title, state }
}

/** Cells that are not told are n/a. */
function table(told: Readonly<Record<string, Cell>>): Requirements {
  const row = (id: string) => ({
    says: 'A sentence.',
    cells: Object.fromEntries(
      SURFACES.map((surface) => [surface, told[`${id}:${surface}`] ?? 'n/a: not told']),
    ) as Requirements[string]['cells'],
  })
  return { A1: row('A1'), A2: row('A2') }
}
