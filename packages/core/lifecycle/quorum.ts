import type { GroupId, PersonId } from '../action/ids.ts'
import type { Terms } from '../policy/verdict.ts'
import type { Vote } from './life.ts'

/** Somebody who can sit for some groups. */
export interface Sitter {
  readonly human: PersonId
  readonly seats: readonly GroupId[]
}

/** One approval that a hold asks for, and the human who fills it. */
export interface Seating {
  readonly group: GroupId
  readonly human: PersonId | null
}

/** Whether distinct humans can fill every seat. */
export function canFill(groups: Terms['groups'], sitters: readonly Sitter[]): boolean {
  const seats = seating(groups, sitters)
  return seats.filter(({ human }) => human !== null).length >= seats.length
}

/**
 * As many seats filled as distinct humans can fill. One person in two groups fills one seat, not two, and which one they fill
 * is chosen so that the others still fit: a matching, not a count per group.
 */
export function seating(groups: Terms['groups'], sitters: readonly Sitter[]): readonly Seating[] {
  const seats = groups.flatMap(({ group, approvals }) => Array.from({ length: approvals }, () => group))
  const humans = [...new Map(sitters.map((sitter) => [sitter.human, seatsOfHuman(sitter.human, sitters)]))]
  const taken = new Map<number, number>()
  for (const index of humans.keys()) seat(index, humans, seats, taken, new Set())
  return seats.map((group, number) => ({ group, human: humans[taken.get(number) ?? -1]?.[0] ?? null }))
}

export function quorumMet(terms: Terms, votes: readonly Vote[]): boolean {
  return canFill(terms.groups, votes)
}

/** A human with two directory entries sits for the groups of both, once. */
function seatsOfHuman(human: PersonId, sitters: readonly Sitter[]): ReadonlySet<GroupId> {
  return new Set(sitters.filter((sitter) => sitter.human === human).flatMap((sitter) => sitter.seats))
}

/** Seats one human, moving others to another of their seats where that helps (Kuhn's augmenting path). */
function seat(
  index: number,
  humans: readonly (readonly [PersonId, ReadonlySet<GroupId>])[],
  seats: readonly GroupId[],
  taken: Map<number, number>,
  tried: Set<number>,
): boolean {
  const sits = humans[index]?.[1]
  for (const [number, group] of seats.entries()) {
    if (!sits?.has(group) || tried.has(number)) continue
    tried.add(number)
    const sitter = taken.get(number)
    if (sitter === undefined || seat(sitter, humans, seats, taken, tried)) {
      taken.set(number, index)
      return true
    }
  }
  return false
}
