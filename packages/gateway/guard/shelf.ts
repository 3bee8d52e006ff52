import type { Action } from '@sallyport/core/action/action'
import type { Standing } from '@sallyport/core/lifecycle/standing'
import type { Freeze, Store } from '../store/store.ts'
import type { GuardParts } from './parts.ts'

/**
 * Waivers, bans and freezes that are in force, at hand for every judgement. The store has them; this is its copy, taken
 * again after each change of one. A stale copy cannot spend a waiver twice: the use itself is a compare-and-set.
 */
export interface Shelf {
  readonly standings: readonly Standing[]
  readonly freezes: readonly Freeze[]
  frozen(action: Action): boolean
  /** A freeze counts while its leaf is being written: it only tightens, and nothing may slip past it meanwhile. */
  tighten(freeze: Freeze, written: Promise<unknown>): Promise<void>
  refresh(): Promise<void>
}

export function openShelf(parts: Pick<GuardParts, 'clock'> & { readonly store: Pick<Store, 'read'> }): Shelf {
  let standings: readonly Standing[] = []
  let freezes: readonly Freeze[] = []
  const tightening = new Set<Freeze>()
  let asked = 0
  let taken = 0
  return {
    get standings() {
      return standings
    },
    get freezes() {
      return freezes
    },
    frozen: (action) => [...freezes, ...tightening].some((freeze) => stops(freeze, action)),
    async tighten(freeze, written) {
      tightening.add(freeze)
      try {
        await written
      } finally {
        // A write that failed may be there after all. Until the store says what is in force, this one is.
        await this.refresh()
        tightening.delete(freeze)
      }
    },
    async refresh() {
      const turn = ++asked
      const read = await Promise.all([
        parts.store.read('standings', { live: true, now: parts.clock() }),
        parts.store.read('freezes', { live: true }),
      ])
      // An older copy must not cover a newer one: a freeze or a revocation would be forgotten.
      if (turn < taken) return
      taken = turn
      ;[standings, freezes] = read
    },
  }
}

export function stops(freeze: Freeze, action: Pick<Action, 'caller' | 'resource'>): boolean {
  switch (freeze.scope) {
    case 'everything':
      return true
    case 'resource':
      return freeze.name === action.resource
    case 'agent':
      return action.caller.agents.some((agent) => agent === freeze.name)
  }
}
