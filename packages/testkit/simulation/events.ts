import type { PersonId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import type { Life, Presence } from '@sallyport/core/lifecycle/life'
import { safe } from '@sallyport/core/redact/redacted'
import type { Fate } from './disk.ts'
import { PEOPLE, person } from './people.ts'
import { arrive, boot, cardDigest, finishBody, LIVE_WAIT_MS, land, type World } from './world.ts'

/** One thing that can happen next. `weight` is how often it is drawn; zero where it cannot happen now. */
interface Happening {
  readonly name: string
  weight(world: World): number
  happen(world: World): void | Promise<void>
}

const PRESENT: Presence = { kind: 'sign-in', session: 's', madeBy: null }

const HAPPENINGS: readonly Happening[] = [
  { name: 'arrive', weight: ({ clients }) => (waiting(clients) < 6 ? 12 : 0), happen: arrive },
  { name: 'leave', weight: ({ clients }) => (waiting(clients) > 0 ? 3 : 0), happen: leave },
  {
    name: 'commit',
    weight: ({ store }) => (store.pending > 0 ? 40 : 0),
    happen: (world) => commit(world, 'done'),
  },
  { name: 'disk fails', weight: ({ store }) => (store.pending > 0 ? 1 : 0), happen: diskFails },
  { name: 'crash', weight: () => 1, happen: crash },
  { name: 'land', weight: ({ flights }) => (flights.length > 0 ? 12 : 0), happen: land },
  { name: 'body ends', weight: ({ bodies }) => (bodies.length > 0 ? 10 : 0), happen: finishBody },
  { name: 'look at a card', weight: (world) => (open(world).length > 0 ? 10 : 0), happen: look },
  { name: 'vote', weight: ({ seen }) => (seen.size > 0 ? 24 : 0), happen: vote },
  { name: 'ask', weight: (world) => (open(world).length > 0 ? 2 : 0), happen: ask },
  { name: 'withdraw', weight: (world) => (open(world).length > 0 ? 1 : 0), happen: withdraw },
  {
    name: 'time',
    weight: () => 8,
    happen: (world) => pass(world, world.chance.pick([1, 1_000, LIVE_WAIT_MS, 45_000])),
  },
  {
    name: 'clock jumps back',
    weight: () => 1,
    happen: (world) => void (world.now = instant(world.now - 5_000)),
  },
  {
    name: 'policy',
    weight: () => 1,
    happen: (world) => void (world.policyVersion = world.policyVersion === 1 ? 2 : 1),
  },
  { name: 'membership', weight: () => 2, happen: membership },
  { name: 'freeze', weight: () => 1, happen: freeze },
  { name: 'thaw', weight: ({ disk }) => (disk.freezes.size > 0 ? 4 : 0), happen: thaw },
  { name: 'revoke', weight: ({ disk }) => (disk.standings.size > 0 ? 1 : 0), happen: revoke },
]

/** Draws what happens next, lets it happen, and says what it was. */
export async function next(world: World): Promise<string> {
  const weights = HAPPENINGS.map((one) => one.weight(world))
  let drawn = world.chance.int(weights.reduce((sum, weight) => sum + weight, 0))
  const happening = HAPPENINGS.find((_, index) => {
    drawn -= weights[index] ?? 0
    return drawn < 0
  })
  if (happening === undefined) throw new Error('nothing can happen')
  await happening.happen(world)
  return happening.name
}

function waiting(clients: World['clients']): number {
  return clients.filter((client) => client.result === undefined).length
}

function open({ disk }: World): Life[] {
  return [...disk.lives.values()].filter(({ state }) => state === 'waiting' || state === 'approved')
}

function leave({ clients, chance, boot }: World): void {
  const here = clients.filter((client) => client.result === undefined && client.boot === boot)
  if (here.length > 0) chance.pick(here).gone.abort()
}

function commit({ store, chance }: World, fate: Fate): void {
  store.commit(1 + chance.int(store.pending), fate)
}

function diskFails(world: World): void {
  commit(world, world.chance.pick(['failed-and-lost', 'failed-but-persisted']))
}

/** The process dies with a commit half way: in one world it is on disk, in the other it is not, and nobody heard. */
async function crash(world: World): Promise<void> {
  if (world.store.pending > 0) commit(world, world.chance.pick(['failed-and-lost', 'failed-but-persisted']))
  // A dead process takes no step: whatever its promises would still do happens in a store and an upstream that are gone.
  world.clients.length = 0
  Object.assign(world, await boot(world))
}

function look(world: World): void {
  const life = world.chance.pick(open(world))
  world.seen.set(life.action.id, { saw: cardDigest(life) })
}

/** Everybody tries, the requester's own chain most of all. */
function vote(world: World): void {
  const { chance, desk, seen } = world
  const [id, { saw }] = chance.pick([...seen])
  const by = person(chance.pick(PEOPLE))
  const scope = chance.happens(25)
    ? ({ kind: 'waiver', uses: 1 + chance.int(3), forMs: 60_000 } as const)
    : ({ kind: 'once' } as const)
  const denial = chance.pick([{ kind: 'call' }, { kind: 'shape' }] as const)
  const word = chance.happens(92)
    ? ({ says: 'approve', scope } as const)
    : ({ says: 'deny', scope: denial } as const)
  forget(desk.decide(id, { by, proof: PRESENT, saw, ...word }))
}

function ask(world: World): void {
  forget(world.desk.ask(world.chance.pick(open(world)).action.id, person('rita'), safe`why?`))
}

function withdraw(world: World): void {
  forget(world.desk.withdraw(world.chance.pick(open(world)).action.id, 'helper'))
}

function pass(world: World, ms: number): void {
  world.now = instant(world.now + ms)
  world.elapsedMs += ms
  const due = world.alarms.filter((alarm) => !alarm.cancelled && alarm.atMs <= world.elapsedMs)
  world.alarms = world.alarms.filter((alarm) => !alarm.cancelled && alarm.atMs > world.elapsedMs)
  for (const alarm of due.sort((a, b) => a.atMs - b.atMs)) if (!alarm.cancelled) alarm.ring()
}

function membership(world: World): void {
  const who: PersonId = person(world.chance.pick(['rita', 'sam', 'tess']))
  if (!world.without.delete(who)) world.without.add(who)
}

function freeze({ desk, chance }: World): void {
  const what = chance.pick([
    { scope: 'everything', name: '*' },
    { scope: 'agent', name: 'helper' },
  ] as const)
  forget(desk.freeze({ ...what, by: person('sam'), reason: safe`drill` }))
}

function thaw({ desk, disk, chance }: World): void {
  forget(desk.unfreeze(chance.pick([...disk.freezes.values()]).id, person('rita')))
}

function revoke({ desk, disk, chance }: World): void {
  forget(desk.revoke(chance.pick([...disk.standings.values()]).id, person('rita')))
}

/** Somebody clicked and went on; a store that failed them is told by the next step's invariants, not here. */
function forget(done: Promise<unknown>): void {
  done.catch(() => {})
}
