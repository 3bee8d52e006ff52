import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentId, type GroupId, type PersonId } from '../action/ids.ts'
import type { Caller } from './caller.ts'
import { humanOf } from './chain.ts'
import type { Directory } from './directory.ts'
import { isBarred, mayDecide } from './may-decide.ts'

const PEOPLE = ['ann', 'ann-admin', 'ann-bot', 'bea', 'cid', 'dot'] as const
const GROUPS = ['reviewers', 'security', 'staff'] as const

interface Drawn {
  readonly sameAs: Readonly<Record<string, readonly string[]>>
  readonly memberOf: Readonly<Record<string, readonly string[]>>
  readonly agents: Readonly<Record<string, string>>
  readonly caller: {
    readonly agents: readonly string[]
    readonly owner: string
    readonly actsFor: readonly string[]
  }
}

const people = (of: readonly string[]) => fc.subarray([...of])
const drawn: fc.Arbitrary<Drawn> = fc.record({
  sameAs: fc.record(Object.fromEntries(PEOPLE.map((id) => [id, people(PEOPLE)]))),
  memberOf: fc.record(Object.fromEntries(PEOPLE.map((id) => [id, people(GROUPS)]))),
  agents: fc.record({ planner: fc.constantFrom(...PEOPLE), worker: fc.constantFrom(...PEOPLE) }),
  caller: fc.record({
    agents: people(['planner', 'worker']),
    owner: fc.constantFrom(...PEOPLE),
    actsFor: people(PEOPLE),
  }),
})

function directory({ sameAs, memberOf, agents }: Pick<Drawn, 'sameAs' | 'memberOf' | 'agents'>): Directory {
  return {
    people: new Map(
      PEOPLE.map((id) => [
        id as string as PersonId,
        {
          id: id as string as PersonId,
          name: id,
          groups: (memberOf[id] ?? []) as GroupId[],
          sameAs: (sameAs[id] ?? []) as PersonId[],
        },
      ]),
    ),
    agents: new Map(
      Object.entries(agents).map(([id, owner]) => [
        id as AgentId,
        { id: id as AgentId, owner: owner as PersonId, groups: [] },
      ]),
    ),
    // Everybody in `staff` is in `security` by that.
    groups: new Map(
      GROUPS.map((id) => [
        id as string as GroupId,
        { id: id as string as GroupId, in: id === 'staff' ? ['security' as GroupId] : [] },
      ]),
    ),
  }
}

function callerOf({ agents, owner, actsFor }: Drawn['caller']): Caller {
  const proof = { kind: 'agent-key', key: 'k', madeBy: null } as const
  return { agents: agents as AgentId[], owner: owner as PersonId, actsFor: actsFor as PersonId[], proof }
}

/** Who is one human, found by merging until nothing changes: slow, and nothing like the code under test. */
function humans(sameAs: Drawn['sameAs']): Set<string>[] {
  let sets = PEOPLE.map((id) => new Set<string>([id, ...(sameAs[id] ?? [])]))
  for (;;) {
    const touching = sets.findIndex((set, index) =>
      sets.slice(index + 1).some((other) => [...other].some((id) => set.has(id))),
    )
    const first = sets[touching]
    if (first === undefined) return sets
    const second = sets.slice(touching + 1).find((other) => [...other].some((id) => first.has(id)))
    sets = [...sets.filter((set) => set !== first && set !== second), new Set([...first, ...(second ?? [])])]
  }
}

const REVIEWERS = { group: 'reviewers' as GroupId }
const SECURITY = { group: 'security' as GroupId }

describe('who may decide', () => {
  test(
    claim(
      'A1',
      'core',
      'nobody of the chain may, under any of their names, whoever owns which agent and whatever groups they are in',
    ),
    () => {
      fc.assert(
        fc.property(drawn, (world) => {
          const inChain = [
            world.caller.owner,
            ...world.caller.actsFor,
            ...world.caller.agents.map((agent) => world.agents[agent] ?? ''),
          ]
          const chain = humans(world.sameAs).filter((human) => inChain.some((person) => human.has(person)))
          const held = { caller: callerOf(world.caller), groups: [REVIEWERS, SECURITY] }
          for (const person of PEOPLE) {
            const may = mayDecide(person as string as PersonId, held, directory(world), () => true)
            if (chain.some((human) => human.has(person)))
              expect(may).toEqual({ kind: 'not-eligible', why: 'in-the-chain' })
          }
        }),
        { numRuns: 500 },
      )
    },
  )

  test(
    claim(
      'A1',
      'core',
      'everybody else of the groups with the right may, so that the rule is not only ever saying no',
    ),
    () => {
      fc.assert(
        fc.property(drawn, (world) => {
          const known = directory(world)
          const held = { caller: callerOf(world.caller), groups: [REVIEWERS, SECURITY] }
          for (const person of PEOPLE) {
            const may = mayDecide(person as string as PersonId, held, known, () => true)
            if (may.kind === 'eligible' || may.why === 'in-the-chain') continue
            expect(may.why).toBe('not-in-a-group')
            expect(world.memberOf[person]?.length ?? 0).toBe(0)
          }
        }),
        { numRuns: 300 },
      )
    },
  )

  test(
    claim(
      'A1',
      'core',
      'a sign-in decides nothing that the maker of its link could not for being in the chain, under any of their names',
    ),
    () => {
      fc.assert(
        fc.property(drawn, (world) => {
          const known = directory(world)
          const caller = callerOf(world.caller)
          for (const maker of PEOPLE) {
            const held = { caller, groups: [REVIEWERS, SECURITY] }
            const may = mayDecide(maker as string as PersonId, held, known, () => true)
            const inChain = may.kind === 'not-eligible' && may.why === 'in-the-chain'
            expect(isBarred(maker as string as PersonId, caller, known)).toBe(inChain)
          }
          expect(isBarred('eve' as PersonId, caller, known)).toBe(true)
          expect(isBarred(null, caller, known)).toBe(false)
        }),
        { numRuns: 300 },
      )
    },
  )

  test(claim('A1', 'core', 'nor does the maker decide what is asked from that sign-in'), () => {
    fc.assert(
      fc.property(drawn, fc.constantFrom(...PEOPLE), (world, maker) => {
        const proof = { kind: 'person-token', token: 't', madeBy: maker as string as PersonId } as const
        const held = { caller: { ...callerOf(world.caller), proof }, groups: [REVIEWERS, SECURITY] }
        const human = humans(world.sameAs).find((one) => one.has(maker)) ?? []
        for (const person of human) {
          expect(mayDecide(person as PersonId, held, directory(world), () => true)).toEqual({
            kind: 'not-eligible',
            why: 'in-the-chain',
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  const world = {
    sameAs: { 'ann-admin': ['ann'] },
    memberOf: { bea: ['reviewers'], cid: ['staff'], 'ann-admin': ['reviewers'] },
    agents: { planner: 'ann', worker: 'cid' },
  }
  const asAnn: Caller = callerOf({ agents: ['planner'], owner: 'ann', actsFor: [] })
  const ask = (person: string, caller: Caller = asAnn, right = true) =>
    mayDecide(person as PersonId, { caller, groups: [REVIEWERS, SECURITY] }, directory(world), () => right)

  test.each<[string, ReturnType<typeof ask>, unknown]>([
    [
      'a reviewer may, for the seats of their groups',
      ask('bea'),
      { kind: 'eligible', human: 'bea', seats: ['reviewers'] },
    ],
    [
      'membership counts through groups in groups',
      ask('cid'),
      { kind: 'eligible', human: 'cid', seats: ['security'] },
    ],
    ['the owner under another name may not', ask('ann-admin'), { kind: 'not-eligible', why: 'in-the-chain' }],
    ['somebody without a group may not', ask('dot'), { kind: 'not-eligible', why: 'not-in-a-group' }],
    [
      'somebody without the right may not',
      ask('bea', asAnn, false),
      { kind: 'not-eligible', why: 'no-right' },
    ],
    ['a stranger may not', ask('eve'), { kind: 'not-eligible', why: 'unknown-person' }],
    [
      'the owner of an agent in the middle of the chain may not',
      ask('cid', callerOf({ agents: ['planner', 'worker'], owner: 'ann', actsFor: [] })),
      { kind: 'not-eligible', why: 'in-the-chain' },
    ],
    [
      'whoever made the key that asks may not: they were told it',
      ask('bea', { ...asAnn, proof: { kind: 'agent-key', key: 'k', madeBy: 'bea' as PersonId } }),
      { kind: 'not-eligible', why: 'in-the-chain' },
    ],
    [
      'a maker who left the directory keeps nobody else from deciding',
      ask('bea', { ...asAnn, proof: { kind: 'agent-key', key: 'k', madeBy: 'gone' as PersonId } }),
      { kind: 'eligible', human: 'bea', seats: ['reviewers'] },
    ],
    [
      'nobody may where a human of the chain does not resolve',
      ask('bea', callerOf({ agents: ['planner'], owner: 'ann', actsFor: ['zoe'] })),
      { kind: 'not-eligible', why: 'unresolved-chain' },
    ],
    [
      'nobody may where an agent of the chain is unknown',
      ask('bea', callerOf({ agents: ['stray'], owner: 'ann', actsFor: [] })),
      { kind: 'not-eligible', why: 'unresolved-chain' },
    ],
  ])('%s', (_, answer, expected) => {
    expect(answer).toEqual(expected)
  })

  test('one human has one name, whichever entry is asked', () => {
    fc.assert(
      fc.property(drawn, (any) => {
        const known = directory(any)
        for (const human of humans(any.sameAs)) {
          expect(new Set([...human].map((id) => humanOf(id as PersonId, known))).size).toBe(1)
        }
      }),
    )
  })
})
