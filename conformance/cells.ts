import type { Cell, Requirements } from './requirements.ts'

/** A test as far as the table is concerned. */
export interface Ran {
  readonly file: string
  readonly title: string
  readonly state: 'passed' | 'failed' | 'skipped'
}

/** Which run this was: `npm test`, `npm run test:system`, or a part of one, where an absent citation means nothing. */
export type Run = 'whole' | 'system' | 'part'

export interface Judgement {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line for each thing that fails the run beyond a failed test. */
  readonly faults: readonly string[]
}

interface Citation {
  readonly id: string
  readonly surface: string
}

const IN_PART = 'cited in part: '
const OPEN = 'open: '

/** The cells that prove themselves in each run. A part of a run owes nothing. */
const OWED: Readonly<Record<Run, (cell: Cell) => boolean>> = {
  whole: (cell) => cell === 'cited' || cell.startsWith(IN_PART),
  system: (cell) => cell === 'cited: system',
  part: () => false,
}

const CITING = /^\[((?:[A-Z][0-9]+:[a-z]+ ?)+)\] /

/** Holds the tests that ran against the table. `broken` are errors that belong to no test: a file that did not load, a stray rejection. */
export function judge(
  table: Requirements,
  run: Run,
  tests: readonly Ran[],
  broken: readonly string[],
): Judgement {
  const faults = [
    ...broken,
    ...wrongCitations(table, tests),
    ...missingCells(table, OWED[run], tests),
    ...(tests.length === 0 ? ['no test ran: check the filter and the include pattern'] : []),
  ]
  const count = (state: Ran['state']) => tests.filter((test) => test.state === state).length
  return {
    passed: count('passed'),
    failed: count('failed') + faults.length,
    skipped: count('skipped'),
    faults,
  }
}

/** `[G1:http A1:http] the sentence` cites two cells. Only the title of the test itself counts, not that of a group. */
export function citationsIn(title: string): readonly Citation[] {
  const list = CITING.exec(title)?.[1] ?? ''
  return list
    .split(' ')
    .filter((cell) => cell !== '')
    .map((cell) => {
      const [id = '', surface = ''] = cell.split(':')
      return { id, surface }
    })
}

/** The reasons of the open cells with the cells that wait for each, most first. */
export function openCells(table: Requirements): readonly { why: string; cells: readonly string[] }[] {
  const byWhy = Map.groupBy(
    allCells(table).filter(({ cell }) => cell.startsWith(OPEN) || cell.startsWith(IN_PART)),
    ({ cell }) => cell.replace(OPEN, ''),
  )
  return [...byWhy]
    .map(([why, cells]) => ({ why, cells: cells.map(({ name }) => name) }))
    .toSorted((a, b) => b.cells.length - a.cells.length || (a.why < b.why ? -1 : 1))
}

/** Scripts read this line: its form is fixed, and skipped tests are said only where there are some. */
export function lastLine({ passed, failed, skipped }: Omit<Judgement, 'faults'>): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function wrongCitations(table: Requirements, tests: readonly Ran[]): readonly string[] {
  return tests.flatMap(({ file, title }) =>
    citationsIn(title).flatMap(({ id, surface }) => {
      const fault = citationFault(allCells(table).find(({ name }) => name === `${id}:${surface}`)?.cell)
      return fault === undefined ? [] : [`${file}: cites ${id}:${surface}, ${fault}`]
    }),
  )
}

function citationFault(cell: Cell | undefined): string | undefined {
  if (cell === undefined) return 'which is not in the table: correct the id or the surface'
  if (cell.startsWith('cited')) return undefined
  return `which says \`${cell}\`: make the cell \`cited\` if the test proves it there, else drop the citation`
}

function missingCells(
  table: Requirements,
  isOwed: (cell: Cell) => boolean,
  tests: readonly Ran[],
): readonly string[] {
  const proved = new Set(
    tests
      .filter(({ state }) => state === 'passed')
      .flatMap(({ title }) => citationsIn(title).map(({ id, surface }) => `${id}:${surface}`)),
  )
  return allCells(table)
    .filter(({ name, cell }) => isOwed(cell) && !proved.has(name))
    .map(
      ({ name, says, cell }) =>
        `${name} is \`${cell}\` and no passed test cites it: write the test, or open the cell (${says})`,
    )
}

function allCells(table: Requirements): readonly { name: string; cell: Cell; says: string }[] {
  return Object.entries(table).flatMap(([id, { says, cells }]) =>
    Object.entries(cells).map(([surface, cell]) => ({ name: `${id}:${surface}`, cell, says })),
  )
}
