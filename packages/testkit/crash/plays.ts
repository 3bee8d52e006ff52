import { setTimeout as pause } from 'node:timers/promises'
import type { Chance } from '../simulation/chance.ts'
import type { Play } from './campaign.ts'
import { WAYS, type Way } from './people.ts'

/** One after the other, so that the same step is the same moment in every round. */
export function script(ways: readonly Way[]): Play {
  return async (campaign, asked) => {
    for (const way of ways) {
      if (campaign.house.gateway.dead) return
      await asked(campaign.wish(way))
    }
  }
}

const AGENTS = 3
const LANES = 4
/** No hand may be lent to a gateway that is not dead yet for longer. */
const LOAD_MS = 4_000

/** Every agent in several lanes at once, each as fast as it is answered, until the gateway dies. */
export function load(chance: Chance): Play {
  return async (campaign, asked) => {
    const { gateway } = campaign.house
    const over = { yes: false }
    const lane = async (agent: number): Promise<void> => {
      while (!gateway.dead && !over.yes) await asked(campaign.wish(chance.pick(WAYS), agent))
    }
    const lanes = Array.from({ length: AGENTS * LANES }, (_, at) => lane(at % AGENTS))
    await Promise.race([pause(LOAD_MS), gateway.death])
    over.yes = true
    await Promise.race([Promise.all(lanes), gateway.death])
    if (gateway.dead) await Promise.all(lanes)
  }
}
