import { setTimeout as pause } from 'node:timers/promises'
import { isEnd } from '@sallyport/core/lifecycle/table'
import type { Restart } from './evidence.ts'
import { type House, mustServe, openHouse } from './house.ts'
import { judge, type Violation } from './oracle.ts'
import { ask, review, type Told, type Way, type Wish } from './people.ts'
import { type Mortal, startMortal } from './process.ts'
import type { Moment } from './target.ts'
import {
  asTheyStand,
  openWitness,
  readRecord,
  unfinishedOnDisk,
  type Witness,
  watchCheckpoints,
} from './witness.ts'

/** When somebody pulls the plug. */
export type Plug =
  | { readonly kind: 'step'; readonly at: number }
  | { readonly kind: 'target'; readonly moment: Moment; readonly nth: number }
  | { readonly kind: 'time'; readonly afterMs: number }
  /** Once at a time, and once more at this step of the start that follows. */
  | { readonly kind: 'start'; readonly afterMs: number; readonly at: number }

export interface Round {
  /** What it died of; `nothing` where it outlived all that was asked, and was killed at rest. */
  readonly died: string
  /** Steps that it took, where it lived to say. */
  readonly steps: number
  readonly violations: readonly Violation[]
}

/** One data folder through many deaths. What was seen in one round counts in all that follow. */
export interface Campaign {
  readonly house: House
  /** Plays until the plug is pulled, starts again, lets everything go on that can, and asks the oracle. */
  round(plug: Plug, play: Play): Promise<Round>
  /** A wish that nobody had before. */
  wish(way: Way, agent?: number): Wish
  /** How much was seen, and in which states actions were when the process died. */
  tally(): Tally
}

export interface Tally {
  readonly arrivals: number
  readonly heard: number
  readonly decisions: number
  readonly cut: Readonly<Record<string, number>>
}

/** What agents do in a round; reviewers decide and a monitor watches meanwhile. */
export type Play = (campaign: Campaign, asked: (wish: Wish) => Promise<void>) => Promise<void>

interface Ledger extends Told {
  readonly restarts: Restart[]
  readonly wishes: Map<string, Wish>
}

const LOOK_EVERY_MS = 20
const PATIENCE_MS = 20_000

export async function openCampaign(): Promise<Campaign> {
  const house = await openHouse()
  const witness = await openWitness(house)
  const ledger: Ledger = { heard: [], words: [], restarts: [], wishes: new Map() }
  const campaign: Campaign = {
    house,
    async round(plug, play) {
      const lived = await playUntil(plug, play, campaign, witness, ledger)
      const death = await house.gateway.death
      if (death.kind === 'ended') throw new Error(`the gateway ended by itself: ${death.said}`)
      await restart(plug, house, ledger)
      await goOn(house, ledger)
      const { target } = house
      const record = await readRecord(house, witness)
      const violations = judge({ ...ledger, ...record, arrivals: target.arrivals })
      const died = death.step ?? (lived.steps > 0 ? 'nothing' : JSON.stringify(plug))
      return { died, steps: lived.steps, violations }
    },
    wish(way, agent = 0) {
      const name = `n${ledger.wishes.size}`
      const wish = { name, way, agent }
      ledger.wishes.set(name, wish)
      return wish
    },
    tally: () => ({
      arrivals: house.target.arrivals.length,
      heard: ledger.heard.length,
      decisions: ledger.words.length,
      cut: counted(
        ledger.restarts.flatMap(({ before }) => before.map(({ state, wait }) => `${state} ${wait}`)),
      ),
    }),
  }
  return campaign
}

/** The gateway is dead afterwards. */
async function playUntil(
  plug: Plug,
  play: Play,
  campaign: Campaign,
  witness: Witness,
  ledger: Ledger,
): Promise<{ readonly steps: number }> {
  const { house } = campaign
  const { gateway, target } = house
  const over = { yes: false }
  const stopped = (): boolean => over.yes
  const beside = [review(house, ledger, stopped), watchCheckpoints(house, witness, stopped)]
  await orDeath(gateway, gateway.diesAt(plug.kind === 'step' ? plug.at : 0))
  let moments = 0
  if (plug.kind === 'target')
    target.onMoment = (moment) => {
      if (moment === plug.moment && ++moments === plug.nth) gateway.kill()
    }
  const clock = 'afterMs' in plug ? setTimeout(() => gateway.kill(), plug.afterMs) : undefined
  await play(campaign, (wish) => ask(wish, house, ledger))
  over.yes = true
  clearTimeout(clock)
  target.onMoment = () => undefined
  const steps = gateway.dead ? 0 : await orDeath(gateway, gateway.diesAt(0))
  gateway.kill()
  await Promise.all(beside)
  return { steps }
}

function orDeath({ death }: Mortal, answer: Promise<number>): Promise<number> {
  return Promise.race([answer, death.then(() => 0)])
}

async function restart(plug: Plug, house: House, { restarts }: Ledger): Promise<void> {
  const before = await unfinishedOnDisk(house)
  if (plug.kind === 'start') {
    house.target.run++
    const started = await startMortal(house.folder, plug.at)
    if ('death' in started) {
      started.kill()
      await started.death
    }
  }
  const run = ++house.target.run
  house.gateway = mustServe(await startMortal(house.folder))
  const after = await asTheyStand(
    before.map(({ action }) => action),
    house,
  )
  restarts.push({ run, before, after })
}

/** Everything that a crash may not stop is brought to its end: votes, claims, parked actions, and changes asked for again. */
async function goOn(house: House, ledger: Ledger): Promise<void> {
  const over = { yes: false }
  const reviewing = review(house, ledger, () => over.yes)
  const { after } = ledger.restarts.at(-1) ?? { after: [] }
  const wished = (name: string): Wish[] => {
    const wish = ledger.wishes.get(name)
    return wish === undefined ? [] : [wish]
  }
  const claims = after
    .filter(({ wait, state }) => wait === 'claimable' && !isEnd(state))
    .flatMap(({ name }) => wished(name))
  const told = new Set(ledger.heard.map(({ name }) => name))
  const unheard = [...ledger.wishes.values()].filter(({ name, way }) => way === 'change' && !told.has(name))
  await Promise.all([...claims, ...unheard].map((wish) => ask(wish, house, ledger)))
  const open = after.filter(({ wait }) => wait === 'parked').map(({ action }) => action)
  // A parked action that never ends is for the oracle to say.
  const patience = AbortSignal.timeout(PATIENCE_MS)
  while (!patience.aborted && (await asTheyStand(open, house)).some(({ state }) => !isEnd(state)))
    await pause(LOOK_EVERY_MS)
  over.yes = true
  await reviewing
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, of]) => [name, of.length]))
}
