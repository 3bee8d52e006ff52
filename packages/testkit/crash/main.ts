import { parseArgs } from 'node:util'
import { type Chance, chance } from '../simulation/chance.ts'
import { openCampaign, type Play, type Plug, type Tally } from './campaign.ts'
import { RULES } from './oracle.ts'
import { WAYS } from './people.ts'
import { load, script } from './plays.ts'
import { MOMENTS } from './target.ts'

/**
 * `--rounds N --seed S`: kills under load, at times and moments from the seed. `--sweep`: kills at every step of a short
 * script, one after the other, until it outlives one; `--from n`, `--every k` and `--ways` choose which.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    sweep: { type: 'boolean', default: false },
    from: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
    ways: { type: 'string', default: 'read,change,stream,live,two,parked' },
  },
})
const seed = BigInt(values.seed ?? Date.now())
const random = chance(seed)
const rounds = Number(values.rounds)
/** A record that grows for ever would take longer to check than to break. */
const ROUNDS_A_HOUSE = 25
const KILL_WITHIN_MS = 1_500
const START_STEPS = 60
const STEPS_UNDER_LOAD = 3_000

function plugOf(random: Chance): Plug {
  switch (random.int(4)) {
    case 0:
      return { kind: 'step', at: 1 + random.int(STEPS_UNDER_LOAD) }
    case 1:
      return { kind: 'target', moment: random.pick(MOMENTS), nth: 1 + random.int(30) }
    case 2:
      return { kind: 'start', afterMs: random.int(KILL_WITHIN_MS), at: 1 + random.int(START_STEPS) }
    default:
      return { kind: 'time', afterMs: random.int(KILL_WITHIN_MS) }
  }
}

const SCRIPT = script(WAYS.filter((way) => values.ways.split(',').includes(way)))

function next(round: number): { readonly plug: Plug; readonly play: Play } {
  if (values.sweep)
    return { plug: { kind: 'step', at: Number(values.from) + round * Number(values.every) }, play: SCRIPT }
  return { plug: plugOf(random), play: load(random) }
}

let campaign = await openCampaign()
const tallies: Tally[] = []
let [violations, kills, round] = [0, 0, 0]
for (; round < rounds; round++) {
  const { plug, play } = next(round)
  const { died, steps, violations: found } = await campaign.round(plug, play)
  if (died !== 'nothing') kills++
  violations += found.length
  process.stdout.write(
    `round ${round}: ${died}${steps > 0 ? ` in ${steps} steps` : ''}, ${found.length} violations\n`,
  )
  for (const { rule, says } of found) process.stdout.write(`  ${rule} (${RULES[rule]}): ${says}\n`)
  const over = round + 1 === rounds || (values.sweep && died === 'nothing')
  // What is broken stays broken: the next round is to find its own.
  if (!over && found.length === 0 && (round + 1) % ROUNDS_A_HOUSE !== 0) continue
  tallies.push(campaign.tally())
  await campaign.house.close()
  if (over) break
  campaign = await openCampaign()
}
const sum = (of: (tally: Tally) => number): number => tallies.reduce((all, tally) => all + of(tally), 0)
const cut = [...new Set(tallies.flatMap((tally) => Object.keys(tally.cut)))]
process.stdout.write(
  `seed ${seed}: ${round + 1} rounds, ${kills} kills, ${sum(({ arrivals }) => arrivals)} requests at the target, ${sum(({ heard }) => heard)} answers, ${sum(({ decisions }) => decisions)} decisions; ${violations} violations\n` +
    `cut: ${cut.map((name) => `${sum((tally) => tally.cut[name] ?? 0)} ${name}`).join(', ')}\n`,
)
process.exitCode = violations === 0 ? 0 : 1
