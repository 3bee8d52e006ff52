import { chance } from './chance.ts'
import { next } from './events.ts'
import { watch } from './invariants.ts'
import { openWorld, tick } from './world.ts'

export interface Run {
  readonly seed: bigint
  readonly steps: number
  readonly leaves: number
  readonly sent: number
  readonly crashes: number
  /** A digest of everything that happened: the same seed gives the same. */
  readonly history: string
}

/** One run from one seed. Throws `Broken` at the first step after which an invariant does not hold. */
export async function run(seed: bigint, steps: number): Promise<Run> {
  const world = await openWorld(chance(seed))
  const check = watch()
  const names: string[] = []
  for (let step = 0; step < steps; step++) {
    const name = await next(world)
    await tick()
    names.push(name)
    try {
      check(world)
    } catch (broken) {
      throw new Error(`seed ${seed}, step ${step} (${names.slice(-12).join(' → ')})`, { cause: broken })
    }
  }
  return {
    seed,
    steps,
    leaves: world.disk.log.length,
    sent: world.sent.length,
    crashes: names.filter((name) => name === 'crash').length,
    history: JSON.stringify([names, world.disk.log, world.sent.map(({ action }) => action)]),
  }
}
