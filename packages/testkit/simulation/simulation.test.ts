import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { claim } from '../claim.ts'
import { MUTANTS } from './mutants.ts'
import { run } from './run.ts'

const SEED = BigInt(Date.now())
const RUNS = 200n
const STEPS = 400

test(claim(
  ['G1', 'G3', 'G4', 'G5', 'G6', 'G10', 'A1', 'A2', 'A8', 'A10', 'L1'],
  'core',
  `no order of events, crashes and failed commits breaks an invariant (seeds from ${SEED})`,
), { timeout: 120_000 }, async () => {
  let crashes = 0
  for (let seed = SEED; seed < SEED + RUNS; seed++) crashes += (await run(seed, STEPS)).crashes
  expect(crashes).toBeGreaterThan(0)
})

test('one seed gives one history', async () => {
  expect((await run(7n, STEPS)).history).toBe((await run(7n, STEPS)).history)
})

test.each(MUTANTS)(
  'the simulation notices that $name ($invariant)',
  { timeout: 120_000 },
  ({ name, invariant, seed }) => {
    const script = ['--import', path('mutate.ts'), path('main.ts'), `--mutant=${name}`]
    const seeds = ['--seed', String(seed), '--runs', '3000', '--steps', String(STEPS)]
    const mutated = spawnSync(process.execPath, [...script, ...seeds], { encoding: 'utf8' })
    expect(mutated.stdout + mutated.stderr).toContain(`Error: ${invariant} `)
    expect(mutated.status).toBe(1)
  },
)

function path(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
