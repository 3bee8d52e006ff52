import type { PersonId } from '../action/ids.ts'
import type { Caller } from './caller.ts'
import type { Directory } from './directory.ts'

/**
 * Every directory entry of the human behind `person`: `sameAs` is followed in both directions and to its end, since an
 * admin account that names the everyday account is the same pair of eyes as the other way round.
 */
function entriesOf(person: PersonId, directory: Directory): ReadonlySet<PersonId> {
  const entries = new Set<PersonId>([person])
  const queue = [person]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const other of directory.people.values()) {
      const joined = other.id === next ? other.sameAs : other.sameAs.includes(next) ? [other.id] : []
      for (const entry of joined) {
        if (entries.has(entry)) continue
        entries.add(entry)
        queue.push(entry)
      }
    }
  }
  return entries
}

/** One name for a human, the same whichever of their entries is asked. */
export function humanOf(person: PersonId, directory: Directory): PersonId {
  return [...entriesOf(person, directory)].sort()[0] ?? person
}

/** A chain in which everybody is known, or the first name that is not. */
export type Chain =
  | { readonly kind: 'resolved'; readonly humans: ReadonlySet<PersonId> }
  | { readonly kind: 'unresolved'; readonly who: string }

/**
 * Every human in the calling chain: the owner, the owners of all its agents, the people acted for, and whoever made the link
 * or the key that proved it, under any of their entries.
 */
export function resolveChain(caller: Caller, directory: Directory): Chain {
  const people: PersonId[] = [caller.owner, ...caller.actsFor]
  for (const id of caller.agents) {
    const agent = directory.agents.get(id)
    if (agent === undefined) return { kind: 'unresolved', who: id }
    people.push(agent.owner)
  }
  const { kind, madeBy } = caller.proof
  // A key outlives whoever made it: one who left the directory decides nothing, and the agent goes on.
  if (madeBy !== null && (kind !== 'agent-key' || directory.people.has(madeBy))) people.push(madeBy)
  const humans = new Set<PersonId>()
  for (const person of people) {
    if (!directory.people.has(person)) return { kind: 'unresolved', who: person }
    humans.add(humanOf(person, directory))
  }
  return { kind: 'resolved', humans }
}
