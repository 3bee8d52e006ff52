import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GroupId, PersonId } from '../action/ids.ts'
import type { Terms } from '../policy/verdict.ts'
import { canFill } from './quorum.ts'

const GROUPS = ['a', 'b', 'c'] as const

const terms = fc
  .array(fc.record({ group: fc.constantFrom(...GROUPS), approvals: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map(([first, ...others]) => [first, ...others] as never as Terms['groups'])
const sitters = fc.array(
  fc.record({ human: fc.constantFrom('p', 'q', 'r', 's'), seats: fc.subarray([...GROUPS]) }),
  { maxLength: 5 },
)

/** Every way of giving seats to different humans, one after the other. */
function someSeating(seats: readonly string[], humans: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const [seat, ...others] = seats
  if (seat === undefined) return true
  return [...humans].some(([human, sits]) => {
    const left = new Map([...humans].filter(([other]) => other !== human))
    return sits.has(seat) && someSeating(others, left)
  })
}

test(claim('A2', 'core', 'a quorum is met exactly when different humans can fill every seat'), () => {
  fc.assert(
    fc.property(terms, sitters, (groups, people) => {
      const seats = groups.flatMap(({ group, approvals }) =>
        Array.from({ length: approvals }, () => group as string),
      )
      const humans = new Map<string, Set<string>>()
      for (const { human, seats: sits } of people)
        humans.set(human, new Set([...(humans.get(human) ?? []), ...sits]))
      const asked = people.map(({ human, seats: sits }) => ({
        human: human as PersonId,
        seats: sits as string[] as GroupId[],
      }))
      expect(canFill(groups, asked)).toBe(someSeating(seats, humans))
    }),
    { numRuns: 2_000 },
  )
})
