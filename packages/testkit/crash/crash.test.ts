import { afterAll, expect, test } from 'vitest'
import { claim } from '../claim.ts'
import { type Campaign, openCampaign, type Plug } from './campaign.ts'
import { script } from './plays.ts'
import { MOMENTS } from './target.ts'

/**
 * A few of the deaths of `node packages/testkit/crash/main.ts --sweep`, spread over a script that has every way of a change,
 * and the four that the target sees. Each process is killed once, so that a round takes as long as a start.
 */
const WAYS = ['change', 'live', 'two', 'parked'] as const
/** The script takes more than six hundred. */
const STEPS = [37, 93, 151, 219, 287, 347]

const campaigns: Campaign[] = []
afterAll(async () => {
  for (const { house } of campaigns) await house.close()
})

test(claim(
  ['G1', 'G4', 'L1'],
  'http',
  'a gateway killed at any step of a dispatch sends nothing twice, nothing unrecorded and loses nothing',
), { timeout: 120_000 }, async () => {
  const campaign = await openCampaign()
  campaigns.push(campaign)
  const plugs: readonly Plug[] = [
    ...STEPS.map((at) => ({ kind: 'step', at }) as const),
    ...MOMENTS.map((moment) => ({ kind: 'target', moment, nth: 2 }) as const),
  ]
  const died: string[] = []
  for (const plug of plugs) {
    const round = await campaign.round(plug, script(WAYS))
    expect(round.violations, `after ${round.died}`).toEqual([])
    died.push(round.died)
  }
  expect(died.filter((how) => how !== 'nothing')).toHaveLength(plugs.length)
})
