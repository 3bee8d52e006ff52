import type { GroupId, PersonId } from '../action/ids.ts'
import type { NonEmpty } from '../given.ts'
import type { Caller, Maker } from './caller.ts'
import { humanOf, resolveChain } from './chain.ts'
import type { Directory } from './directory.ts'

export type Eligibility =
  /** `seats`: the groups of the hold that this person can sit for. A vote takes one of them. */
  | { readonly kind: 'eligible'; readonly human: PersonId; readonly seats: NonEmpty<GroupId> }
  | {
      readonly kind: 'not-eligible'
      readonly why: 'unknown-person' | 'in-the-chain' | 'unresolved-chain' | 'not-in-a-group' | 'no-right'
    }

/** What is to be decided, as far as eligibility goes. */
export interface Decidable {
  readonly caller: Caller
  readonly groups: readonly { readonly group: GroupId }[]
}

/**
 * The only answer to "may this person decide this?", for every surface, at request, at vote and at dispatch. No role, flag
 * or admin right is an input, so none can override it. `mayDecideThere` is the `decide` right of the `people` policy set.
 */
export function mayDecide(
  person: PersonId,
  held: Decidable,
  directory: Directory,
  mayDecideThere: (person: PersonId) => boolean,
): Eligibility {
  const entry = directory.people.get(person)
  if (entry === undefined) return { kind: 'not-eligible', why: 'unknown-person' }
  const chain = resolveChain(held.caller, directory)
  if (chain.kind === 'unresolved') return { kind: 'not-eligible', why: 'unresolved-chain' }
  const human = humanOf(person, directory)
  if (chain.humans.has(human)) return { kind: 'not-eligible', why: 'in-the-chain' }
  const [first, ...others] = seatsOf(entry.groups, held.groups, directory)
  if (first === undefined) return { kind: 'not-eligible', why: 'not-in-a-group' }
  if (!mayDecideThere(person)) return { kind: 'not-eligible', why: 'no-right' }
  return { kind: 'eligible', human, seats: [first, ...others] }
}

/**
 * Whether a sign-in is too near to decide: whoever made its link could be the one who used it, so it is barred from what its
 * maker is barred from as one of the chain. A maker that nobody knows any more is barred from everything.
 */
export function isBarred(maker: Maker, caller: Caller, directory: Directory): boolean {
  if (maker === null) return false
  if (!directory.people.has(maker)) return true
  const chain = resolveChain(caller, directory)
  return chain.kind === 'unresolved' || chain.humans.has(humanOf(maker, directory))
}

/** The groups of the hold that somebody in these groups can sit for. */
export function seatsOf(
  groups: readonly GroupId[],
  asked: Decidable['groups'],
  directory: Directory,
): readonly GroupId[] {
  const reached = new Set<GroupId>()
  const queue = [...groups]
  for (let group = queue.pop(); group !== undefined; group = queue.pop()) {
    if (reached.has(group)) continue
    reached.add(group)
    queue.push(...(directory.groups.get(group)?.in ?? []))
  }
  return asked.map(({ group }) => group).filter((group) => reached.has(group))
}
