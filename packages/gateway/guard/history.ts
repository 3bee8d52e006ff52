import type { Action } from '@sallyport/core/action/action'
import { type Instant, instant } from '@sallyport/core/given'
import type { Life, State } from '@sallyport/core/lifecycle/life'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import type { Circumstances, Signal } from '@sallyport/core/policy/verdict'
import type { GuardParts } from './parts.ts'

/** More than this many actions of one caller in a minute are a burst. */
const BURST_PER_MINUTE = 60
/** A shape is new to a caller that did not ask for it within this time. */
const MEMORY_MS: number = 7 * 24 * 60 * 60 * 1000
/** No more actions of one caller are looked back at: enough for a week of a busy agent's distinct shapes. */
const LOOK_BACK_LIMIT = 5_000
/** Callers and sessions remembered at once; the oldest are read from the store again when they come back. */
const REMEMBERED_LIMIT = 10_000
const RAN: ReadonlySet<State> = new Set(['dispatched', 'succeeded', 'failed', 'unknown'])
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What a caller did before, as far as it raises the bar (law 7). */
export interface History {
  /** Reads a caller's past, once, before its first judgement. */
  recall(action: Action): Promise<void>
  circumstances(action: Action, now: Instant): Circumstances
  admitted(life: Life): void
  /** It was sent: from now on its shape is known of this caller. What was only asked for is not. */
  ran(life: Life): void
  denied(life: Life): void
}

interface Past {
  readonly shapes: Set<string>
  readonly denied: Set<string>
  /** The instants of the last actions, no more than a burst has. */
  readonly recent: Instant[]
}

export function openHistory(parts: GuardParts): History {
  const pasts = new Map<string, Past>()
  const sessions = new Map<string, Set<string>>()

  return {
    async recall(action) {
      const key = callerKey(action.caller)
      if (pasts.has(key)) return
      const since = instant(parts.clock() - MEMORY_MS)
      const past = await parts.store.read('past', { caller: key, since, limit: LOOK_BACK_LIMIT })
      const { ran, denied, touched, askedAt } = past
      const recent = askedAt.slice(-BURST_PER_MINUTE)
      remember(pasts, key, { shapes: new Set(ran), denied: new Set(denied), recent })
      for (const { session, labels } of touched) learn(sessions, session, labels)
    },

    circumstances(action, now) {
      const past = pasts.get(callerKey(action.caller))
      const labels = [...(sessions.get(action.session) ?? [])].sort()
      const signals: Signal[] = []
      if (past === undefined || !past.shapes.has(action.shape)) signals.push('first-seen')
      if (past !== undefined && isBurst(past, now)) signals.push('burst')
      if (past?.denied.has(action.shape)) signals.push('denied-before')
      // Content of a source that its operator labelled `untrusted` may have talked to the model of this session.
      const session = { labels, untrusted: labels.includes('untrusted') }
      return { hour: Math.floor(now / HOUR_MS) % 24, signals, session }
    },

    admitted(life) {
      note(pasts.get(callerKey(life.action.caller)), life)
      const { session, facts } = life.action
      if (life.state !== 'refused') learn(sessions, session, facts.labels)
      if (RAN.has(life.state)) this.ran(life)
    },

    ran({ action }) {
      pasts.get(callerKey(action.caller))?.shapes.add(action.shape)
    },

    denied({ action }) {
      pasts.get(callerKey(action.caller))?.denied.add(action.shape)
    },
  }
}

function note(past: Past | undefined, { action }: Life): void {
  past?.recent.push(action.askedAt)
  if (past !== undefined && past.recent.length > BURST_PER_MINUTE) past.recent.shift()
}

/** What a session touched stays with it: a refused action touched nothing. */
function learn(sessions: Map<string, Set<string>>, session: string, labels: readonly string[]): void {
  if (labels.length === 0) return
  const known = sessions.get(session) ?? remember(sessions, session, new Set())
  for (const label of labels) known.add(label)
}

function isBurst(past: Past, now: Instant): boolean {
  const [first] = past.recent
  return first !== undefined && past.recent.length >= BURST_PER_MINUTE && now - first < MINUTE_MS
}

function remember<V>(map: Map<string, V>, key: string, value: V): V {
  const [oldest] = map.keys()
  if (oldest !== undefined && map.size >= REMEMBERED_LIMIT) map.delete(oldest)
  map.set(key, value)
  return value
}
