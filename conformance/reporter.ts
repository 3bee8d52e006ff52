import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node'
import { judge, lastLine, openCells, type Ran, type Run } from './cells.ts'
import { REQUIREMENTS } from './requirements.ts'

/** Stands beside Vitest's own reporter: what the run says about the table, and one last line that scripts read. */
export class ClaimsReporter implements Reporter {
  readonly #full: Exclude<Run, 'part'>
  #vitest: Vitest | undefined
  #specifications: readonly TestSpecification[] = []
  #lines: readonly string[] = []

  constructor(full: Exclude<Run, 'part'>) {
    this.#full = full
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    // Vitest and its other reporters still write after the run; the line that scripts read comes when they are through.
    process.once('exit', () => process.stdout.write(this.#lines.map((line) => `${line}\n`).join('')))
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#specifications = specifications
  }

  async onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): Promise<void> {
    const tests = modules.flatMap(testsOf)
    const broken = [
      ...modules.flatMap(loadErrorsOf),
      ...errors.map(({ message }) => `an error outside of any test: ${firstLine(message)}`),
    ]
    const run = (await this.#isWhole()) ? this.#full : 'part'
    const judgement = judge(REQUIREMENTS, run, tests, broken)
    if (judgement.failed > 0) process.exitCode = 1
    this.#lines = [
      ...(run === 'whole' ? openLines() : []),
      ...tests
        .filter(({ state }) => state === 'skipped')
        .map(({ file, title }) => `skipped: ${file}: ${title}`),
      ...judgement.faults.map((fault) => `failed: ${fault}`),
      lastLine(judgement),
    ]
  }

  /** Whole: every file that the configuration includes, and no filter by name. */
  async #isWhole(): Promise<boolean> {
    const vitest = this.#vitest
    if (vitest === undefined || vitest.getGlobalTestNamePattern() !== undefined) return false
    if ((vitest.config.tagsFilter ?? []).length > 0) return false
    return (await vitest.globTestSpecifications()).length === this.#specifications.length
  }
}

function testsOf(module: TestModule): readonly Ran[] {
  return [...module.children.allTests()].map((test) => ({
    file: fileOf(module),
    title: test.name,
    state: stateOf(test),
  }))
}

/** A test that never got a result (the run was cut off) did not pass. */
function stateOf(test: TestCase): Ran['state'] {
  const { state } = test.result()
  return state === 'pending' ? 'failed' : state
}

/** Errors of the file itself and of groups (a hook that threw): their tests may all have passed. */
function loadErrorsOf(module: TestModule): readonly string[] {
  const suites = [...module.children.allSuites()]
  return [module, ...suites].flatMap((node) =>
    node.errors().map(({ message }) => `${fileOf(module)}: ${firstLine(message)}`),
  )
}

function openLines(): readonly string[] {
  const open = openCells(REQUIREMENTS)
  const total = open.reduce((sum, { cells }) => sum + cells.length, 0)
  return [
    `${total} cells are open:`,
    ...open.map(({ why, cells }) => `  ${String(cells.length).padStart(3)}  ${why}: ${shortened(cells)}`),
    '',
  ]
}

const SHOWN_CELLS = 5

function shortened(cells: readonly string[]): string {
  const shown = cells.slice(0, SHOWN_CELLS).join(' ')
  return cells.length > SHOWN_CELLS ? `${shown} …` : shown
}

function fileOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId)
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? ''
}
