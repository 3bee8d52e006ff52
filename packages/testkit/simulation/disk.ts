import type { ActionId } from '@sallyport/core/action/ids'
import type { Leaf } from '@sallyport/core/ledger/leaf'
import type { Life, State } from '@sallyport/core/lifecycle/life'
import { callerKey, type Standing } from '@sallyport/core/lifecycle/standing'
import { type Durable, durable } from '@sallyport/gateway/store/durable'
import type { Change, Freeze, Kept, Reads, Store, Write } from '@sallyport/gateway/store/store'

/** What survives a crash of the simulated gateway. */
export interface Disk {
  readonly lives: Map<ActionId, Life>
  readonly kept: Map<ActionId, Kept>
  readonly standings: Map<string, Standing>
  readonly freezes: Map<string, Freeze>
  readonly log: Leaf[]
}

export function emptyDisk(): Disk {
  return { lives: new Map(), kept: new Map(), standings: new Map(), freezes: new Map(), log: [] }
}

/** How a commit goes: as it should, or in one of the two worlds of a failure. */
export type Fate = 'done' | 'failed-and-lost' | 'failed-but-persisted'

/** The store of a simulation: real compare-and-set on a simulated disk, whose commits happen when the schedule says so. */
export interface SimulatedStore extends Store {
  readonly pending: number
  /** Commits the first `count` waiting changes together. */
  commit(count: number, fate: Fate): void
}

export function simulatedStore(disk: Disk): SimulatedStore {
  const waiting: {
    readonly change: Change
    readonly resolve: (made: Durable | 'lost') => void
    readonly reject: (cause: Error) => void
  }[] = []
  const listeners = new Set<(lives: readonly Life[]) => void>()

  const move = (change: Change): Promise<Durable | 'lost'> =>
    new Promise((resolve, reject) => {
      waiting.push({ change, resolve, reject })
    })

  return {
    move,
    async append(leaf) {
      const made = await move({ writes: [], leaves: [leaf] })
      if (made === 'lost') throw new Error('a leaf alone cannot be lost')
      return made
    },
    read: async (kind, query) => READERS[kind](disk, query),
    watch() {
      throw new Error('the guard does not watch')
    },
    onLives(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onHead: () => () => {},
    onFailed: () => () => {},
    close: async () => {},
    get pending() {
      return waiting.length
    },
    commit(count, fate) {
      const group = waiting.splice(0, count)
      const results = group.map(({ change }) =>
        fate === 'failed-and-lost' ? undefined : apply(disk, change),
      )
      const moved = group.flatMap(({ change }, index) =>
        results[index] === undefined
          ? []
          : change.writes.flatMap((write) => (write.kind === 'life' ? [write.life] : [])),
      )
      group.forEach(({ resolve, reject }, index) => {
        if (fate !== 'done') reject(new Error('the disk failed'))
        else resolve(results[index] === undefined ? 'lost' : durable(results[index]))
      })
      if (fate === 'done' && moved.length > 0) for (const listener of listeners) listener(moved)
    },
  }
}

/** All of a change or nothing; the index of its first leaf, or undefined where it lost. */
function apply(disk: Disk, change: Change): number | undefined {
  if (!change.writes.every((write) => fits(disk, write))) return undefined
  const at = disk.log.length
  for (const write of change.writes) put(disk, write)
  disk.log.push(...change.leaves)
  return at
}

function fits(disk: Disk, write: Write): boolean {
  switch (write.kind) {
    case 'life':
      return (disk.lives.get(write.life.action.id)?.version ?? 0) === write.from
    case 'standing':
      return (disk.standings.get(write.standing.id)?.version ?? 0) === write.from
    case 'freeze':
      return (disk.freezes.get(write.freeze.id)?.version ?? 0) === write.from
    case 'keep': {
      const { idempotency } = write.kept
      return idempotency === null || ![...disk.kept.values()].some((kept) => kept.idempotency === idempotency)
    }
    default:
      return true
  }
}

function put(disk: Disk, write: Write): void {
  switch (write.kind) {
    case 'life':
      return void disk.lives.set(write.life.action.id, write.life)
    case 'standing':
      return void disk.standings.set(write.standing.id, write.standing)
    case 'freeze':
      return void disk.freezes.set(write.freeze.id, write.freeze)
    case 'keep':
      return void disk.kept.set(write.kept.action, write.kept)
    case 'answer':
    case 'erase': {
      const kept = disk.kept.get(write.action)
      if (kept === undefined) return
      if (write.kind === 'answer') disk.kept.set(write.action, { ...kept, answer: write.answer })
      else if (write.what === 'payload') disk.kept.set(write.action, { ...kept, payload: null })
      else disk.kept.delete(write.action)
      return
    }
    default:
      throw new Error(`the guard does not write ${write.kind}`)
  }
}

type Reader<K extends keyof Reads> = (disk: Disk, query: Reads[K]['query']) => Reads[K]['rows']

const isOpen = ({ state }: Life): boolean => state === 'waiting' || state === 'approved'
const unread = (): never => {
  throw new Error('the guard does not read this')
}

const READERS: { readonly [K in keyof Reads]: Reader<K> } = {
  life: (disk, { id }) => disk.lives.get(id) ?? null,
  open(disk, { after, limit }) {
    const lives = [...disk.lives.values()]
    const from = lives.findIndex(({ action }) => action.id === after) + 1
    return lives.slice(from).filter(isOpen).slice(0, limit)
  },
  waiting: unread,
  dispatched: (disk) => [...disk.lives.values()].filter(({ state }) => state === 'dispatched'),
  claim: (disk, { claim }) =>
    [...disk.lives.values()].filter((life) => isOpen(life) && disk.kept.get(life.action.id)?.claim === claim),
  idempotency(disk, { idempotency }) {
    const kept = [...disk.kept.values()].find((one) => one.idempotency === idempotency)
    const life = kept === undefined ? undefined : disk.lives.get(kept.action)
    return kept === undefined || life === undefined ? null : { life, claim: kept.claim }
  },
  kept: (disk, { action }) => disk.kept.get(action) ?? null,
  identical: unread,
  counts: unread,
  past(disk, { caller, since, limit }) {
    const lives = [...disk.lives.values()]
      .filter(({ action }) => callerKey(action.caller) === caller && action.askedAt >= since)
      .slice(-limit)
    const shapesIn = (states: readonly State[]) =>
      lives.filter(({ state }) => states.includes(state)).map(({ action }) => action.shape)
    return {
      ran: shapesIn(['dispatched', 'succeeded', 'failed', 'unknown']),
      denied: shapesIn(['denied']),
      touched: lives
        .filter(({ state }) => state !== 'refused')
        .map(({ action }) => ({ session: action.session, labels: action.facts.labels })),
      askedAt: lives.map(({ action }) => action.askedAt),
    }
  },
  standings: (disk, { live, now }) =>
    [...disk.standings.values()].filter(
      (one) => !live || (!one.revoked && one.usesLeft > 0 && now < one.until),
    ),
  standing: (disk, { id }) => disk.standings.get(id) ?? null,
  freezes: (disk, { live }) => [...disk.freezes.values()].filter((one) => !live || !one.lifted),
  agents: unread,
  keys: unread,
  signIn: unread,
  archive: unread,
  leaves: unread,
  head: unread,
  hashes: unread,
  entries: unread,
}
