import type { State } from './life.ts'

export type EventKind =
  | 'admit'
  | 'approve'
  | 'deny'
  | 'ask'
  | 'answer'
  | 'release'
  | 'withdraw'
  | 'expire'
  | 'dispatch'
  | 'settle'
  | 'recover'

/**
 * The one transition table, for every action, held or not: what can happen in each state, and where it may lead. `step`
 * obeys it, the verifier holds a stranger's log against it, and the documentation prints it. `dispatched` has no way back:
 * nothing is ever sent twice.
 */
// biome-ignore format: a table is read by its columns
export const TABLE: Readonly<Record<State | 'new', Partial<Record<EventKind, readonly State[]>>>> = {
  new:        { admit: ['waiting', 'dispatched', 'refused'] },
  waiting:    { approve: ['waiting', 'approved'], deny: ['denied'], ask: ['waiting'], answer: ['waiting'], release: ['waiting'],
                withdraw: ['withdrawn'], expire: ['expired'], recover: ['withdrawn'] },
  approved:   { dispatch: ['dispatched', 'waiting', 'refused'], deny: ['denied'], release: ['approved'],
                withdraw: ['withdrawn'], expire: ['expired'], recover: ['withdrawn'] },
  dispatched: { settle: ['succeeded', 'failed', 'unknown'], recover: ['unknown'] },
  succeeded:  {},
  failed:     {},
  unknown:    {},
  refused:    {},
  denied:     {},
  expired:    {},
  withdrawn:  {},
}

/** Every state that an action can be in. */
export const STATES: readonly State[] = Object.keys(TABLE).filter((row): row is State => row !== 'new')

/** Nothing leads out of it. */
export function isEnd(state: State): boolean {
  return Object.keys(TABLE[state]).length === 0
}
