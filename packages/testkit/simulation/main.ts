import { parseArgs } from 'node:util'
import { run } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    /** Read by the preloaded mutate.ts. */
    mutant: { type: 'string' },
    runs: { type: 'string', default: '100' },
    steps: { type: 'string', default: '400' },
  },
})
const first = BigInt(values.seed ?? Date.now())
let leaves = 0
let sent = 0
let crashes = 0
for (let index = 0n; index < BigInt(values.runs); index++) {
  try {
    const one = await run(first + index, Number(values.steps))
    leaves += one.leaves
    sent += one.sent
    crashes += one.crashes
  } catch (error) {
    process.stdout.write(`${String(error)}\n  ${String((error as Error).cause)}\n`)
    process.exit(1)
  }
}
process.stdout.write(
  `seeds ${first} to ${first + BigInt(values.runs) - 1n}: ${leaves} leaves, ${sent} sent, ${crashes} crashes, 0 violations\n`,
)
