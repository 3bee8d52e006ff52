import type { GroupId } from '../action/ids.ts'
import type { Terms } from './verdict.ts'

/** What several holds ask for together, or null for none: every group, the largest quorum of each, the shortest time. */
export function addAll(all: readonly Terms[]): Terms | null {
  const [first, ...others] = all
  return first === undefined ? null : others.reduce(add, first)
}

function add(a: Terms, b: Terms): Terms {
  const approvals = new Map<GroupId, number>()
  for (const seat of [...a.groups, ...b.groups]) {
    approvals.set(seat.group, Math.max(seat.approvals, approvals.get(seat.group) ?? 0))
  }
  const seatOf = (group: GroupId) => ({ group, approvals: approvals.get(group) ?? 1 })
  const [first] = a.groups
  const others = [...approvals.keys()].filter((group) => group !== first.group)
  return {
    groups: [seatOf(first.group), ...others.map(seatOf)],
    withinMs: Math.min(a.withinMs, b.withinMs),
    reasonRequired: a.reasonRequired || b.reasonRequired,
    waivable: addWaivable(a.waivable, b.waivable),
  }
}

/** A hold that is never skipped stays one in company. */
function addWaivable(a: Terms['waivable'], b: Terms['waivable']): Terms['waivable'] {
  if (a === null || b === null) return null
  return { uses: Math.min(a.uses, b.uses), forMs: Math.min(a.forMs, b.forMs) }
}
