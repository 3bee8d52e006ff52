import type { Effect } from '../action/effect.ts'
import type { SetName } from './schema.ts'
import type { Terms } from './verdict.ts'
import type { Reads } from './walk.ts'

/** One policy of a set, as it was read: what it says, where it stands and what it looks at. */
export interface Rule {
  readonly id: string
  readonly set: SetName
  readonly file: string
  readonly line: number
  readonly kind: 'permit' | 'forbid'
  /** The effects it can apply to; empty outside the set `actions`. */
  readonly effects: readonly Effect[]
  readonly because: string | null
  readonly controls: readonly string[]
  readonly hold: Terms | null
  readonly reads: Reads
  /** The policy alone, as its file spells it. */
  readonly text: string
}

/** Something for which a set does not load. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly policy: string | null
  readonly message: string
  readonly help: string
}
