import type { Action } from '../action/action.ts'
import { isSpelled } from '../action/canonical.ts'
import type { ActionId, PersonId, ResourceId, SessionId, Shape, StandingId } from '../action/ids.ts'
import type { FactName } from '../facts/facts.ts'
import type { Instant } from '../given.ts'
import type { Caller } from '../people/caller.ts'
import type { Terms } from '../policy/verdict.ts'
import type { Life } from './life.ts'

/**
 * A decision that outlives its action. A waiver skips a hold, never a refusal; a ban refuses what a reviewer does not want
 * to be asked again. Both are counted, listed, revocable at once, and looked at anew on every use.
 */
export interface Standing {
  readonly id: StandingId
  readonly version: number
  readonly kind: 'waiver' | 'ban'
  readonly resource: ResourceId
  /** The chain it is about, in one spelling: another owner or another person acted for is another caller. */
  readonly caller: string
  /** Null in a ban of a whole session. */
  readonly shape: Shape | null
  /** Only in a ban of a session. */
  readonly session: SessionId | null
  readonly usesLeft: number
  readonly until: Instant
  readonly by: readonly PersonId[]
  readonly from: ActionId
  readonly revoked: boolean
}

/** A ban ends by itself: nobody should find a door shut by a click that was forgotten. */
export const BAN_MS: number = 24 * 60 * 60 * 1000

/** Facts without which a shape is wider than what was read. */
const SHAPING: readonly FactName[] = ['operation', 'http.query', 'http.type', 'http.body']

const keys = new WeakMap<Caller, string>()

/** One spelling of who asks, for equality of chains. */
export function callerKey(caller: Caller): string {
  const known = keys.get(caller)
  if (known !== undefined) return known
  const key = JSON.stringify([caller.agents, caller.owner, [...caller.actsFor].sort()])
  if (isSpelled(caller)) keys.set(caller, key)
  return key
}

/** Whether this standing decision speaks of this action, now. */
export function covers(standing: Standing, action: Action, now: Instant): boolean {
  return (
    !standing.revoked &&
    now < standing.until &&
    standing.usesLeft > 0 &&
    standing.resource === action.resource &&
    standing.caller === callerKey(action.caller) &&
    (standing.session === null || standing.session === action.session) &&
    (standing.shape === null || standing.shape === action.shape) &&
    (standing.shape !== null || standing.session !== null)
  )
}

/**
 * What may be waived of a held action. Nothing of a change to Sallyport itself: one waiver would bring all that follow. And
 * nothing whose operation, query or body is only guessed at: its shape is far wider than what a reviewer read.
 */
export function waivableOf({ facts }: Pick<Action, 'facts'>, terms: Terms | null): Terms['waivable'] {
  if (facts.kind === 'self' || SHAPING.some((name) => facts.unknown.includes(name))) return null
  return terms?.waivable ?? null
}

/** Whether what is left of a waiver is no more than could be given now: policy may have become stricter since. */
export function isWithin({ usesLeft, until }: Standing, limit: Terms['waivable'], now: Instant): boolean {
  return limit !== null && usesLeft <= limit.uses && until - now <= limit.forMs
}

/**
 * The waiver that the votes of a met quorum give: only if every vote gives one, and then the least of them all, within what
 * the policy lets be waived.
 */
export function waiverGiven(life: Life): NonNullable<Terms['waivable']> | null {
  const limit = waivableOf(life.action, life.terms)
  if (limit === null || life.votes.length === 0) return null
  let { uses, forMs } = limit
  for (const vote of life.votes) {
    if (vote.scope.kind !== 'waiver') return null
    uses = Math.min(uses, vote.scope.uses)
    forMs = Math.min(forMs, vote.scope.forMs)
  }
  return { uses, forMs }
}
