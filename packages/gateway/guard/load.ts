import type { ActionId } from '@sallyport/core/action/ids'
import type { Clock, Instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Caller } from '@sallyport/core/people/caller'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Durable } from '../store/durable.ts'
import { openLives } from '../store/open-lives.ts'
import type { Admission, Progress } from './guard.ts'
import type { GuardParts } from './parts.ts'

/** Of one agent, at once. Half of the connections to a target: one agent must not take them from the others. */
export const IN_FLIGHT_LIMIT = 64
/** Waiting or approved, of one agent. People read each of them, and every page of theirs lists them all. */
export const OPEN_HOLDS_LIMIT = 50
/** Refusals of one agent that are recorded: so many at once, then so many a second. Each costs us a leaf, and its sender nothing. */
export const REFUSALS_LIMIT = 200
export const REFUSALS_LIMIT_PER_S = 50

/** What each agent has under way, so that it takes from nobody what all of them need. */
export interface Load {
  /** An admission as it goes, unless too many of its agent do. While it waits for people it counts among the holds instead. */
  admit(caller: Caller, delivered: Promise<void>, admission: () => Admitting): Admitting
  /** Counts a hold before it is written, since others are being opened meanwhile, and no more if it could not be. */
  hold(life: Life, write: () => Promise<Durable | 'lost'>): Promise<Durable | 'lost' | 'too-many'>
  /** Counts a refusal before it is recorded. Undefined where it may be, else what is said instead. */
  refuse(caller: Caller): Refusal | undefined
  stop(): void
}

type Admitting = AsyncGenerator<Progress, Admission>

export async function openLoad({ store, clock }: Pick<GuardParts, 'store' | 'clock'>): Promise<Load> {
  const flying = new Map<string, number>()
  const holds = new Map<string, Set<ActionId>>()
  const count = ({ action, state }: Life): void => {
    const key = agentOf(action.caller)
    if (state === 'waiting' || state === 'approved') return void holdsOf(holds, key).add(action.id)
    const open = holds.get(key)
    open?.delete(action.id)
    if (open?.size === 0) holds.delete(key)
  }
  const stop = store.onLives((lives) => lives.forEach(count))
  for await (const life of openLives(store)) count(life)

  return {
    async *admit(caller, delivered, admission) {
      const end = begin(flying, agentOf(caller))
      if (end === undefined) return tooMany(IN_FLIGHT_LIMIT, safe`requests in flight`)
      let landing: Promise<unknown> | undefined
      const steps = admission()
      let left = true
      try {
        for (;;) {
          const next = await steps.next()
          if (next.done !== true) {
            end()
            yield next.value
            continue
          }
          left = false
          // The target is busy with it until the whole answer came, and we are until it went on: a client that takes nothing
          // of small answers would have any number of them kept.
          const outcome = next.value.kind === 'answered' ? next.value.answer.outcome : undefined
          landing = Promise.all([outcome, delivered]).then(end)
          return next.value
        }
      } finally {
        if (landing === undefined) end()
        if (left) await steps.return(GONE)
      }
    },

    async hold(life, write) {
      const { id, caller } = life.action
      const open = holdsOf(holds, agentOf(caller))
      if (open.size >= OPEN_HOLDS_LIMIT) return 'too-many'
      open.add(id)
      let durable: Durable | 'lost' = 'lost'
      try {
        durable = await write()
      } finally {
        if (durable === 'lost') open.delete(id)
      }
      return durable
    },

    refuse: openRefusals(clock),
    stop,
  }
}

function openRefusals(clock: Clock): Load['refuse'] {
  const before = new Map<string, { readonly left: number; readonly at: Instant }>()
  return (caller) => {
    const now = clock()
    const key = agentOf(caller)
    const { left, at } = before.get(key) ?? { left: REFUSALS_LIMIT, at: now }
    // A clock that jumps back gives nothing, and takes nothing.
    const since = Math.max(0, now - at) / 1_000
    const full = Math.min(REFUSALS_LIMIT, left + since * REFUSALS_LIMIT_PER_S)
    before.set(key, { left: full < 1 ? full : full - 1, at: now })
    return full < 1 ? TOO_MANY_REFUSALS : undefined
  }
}

const TOO_MANY_REFUSALS = refusal(
  'rate-limited',
  safe`one agent has at most ${REFUSALS_LIMIT} refusals recorded at once, then ${REFUSALS_LIMIT_PER_S} a second`,
)

export function tooMany(limit: number, of: Redacted): Admission {
  return {
    kind: 'refused',
    refusal: refusal('rate-limited', safe`one agent has at most ${limit} ${of} at once`),
  }
}

/** To end a generator that its reader left. */
const GONE: Admission = { kind: 'refused', refusal: refusal('withdrawn', safe`the client is gone`) }

/** Whose key it was, or the person who acts alone. */
function agentOf({ agents: [agent], owner }: Caller): string {
  return agent === undefined ? `person ${owner}` : `agent ${agent}`
}

function holdsOf(holds: Map<string, Set<ActionId>>, key: string): Set<ActionId> {
  const open = holds.get(key) ?? new Set()
  holds.set(key, open)
  return open
}

/** Undefined: too many. Else it ends what it began, once. */
function begin(flying: Map<string, number>, key: string): (() => void) | undefined {
  const now = flying.get(key) ?? 0
  if (now >= IN_FLIGHT_LIMIT) return undefined
  flying.set(key, now + 1)
  let ended = false
  return () => {
    if (ended) return
    ended = true
    const left = (flying.get(key) ?? 1) - 1
    if (left === 0) flying.delete(key)
    else flying.set(key, left)
  }
}
