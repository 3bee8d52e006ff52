import type { GroupId, PersonId } from '../action/ids.ts'
import type { Caller } from '../people/caller.ts'
import type { Directory, Group } from '../people/directory.ts'
import { explain } from './explain.ts'
import type { PolicySet } from './policy-set.ts'
import { type ActionCase, parseTestCases, type RightCase, type Who } from './test-case.ts'

export type TestRun =
  | { readonly kind: 'ran'; readonly results: readonly TestResult[] }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] }

export interface TestResult {
  readonly name: string
  readonly passed: boolean
  readonly expected: string
  readonly got: string
  /** Why it came out so, in sentences. */
  readonly says: readonly string[]
}

/** Runs tests given as parsed data against a loaded set. Groups are the real ones; the people in the tests are their own. */
export function runPolicyTests(
  content: unknown,
  policy: PolicySet,
  groups: ReadonlyMap<GroupId, Group>,
): TestRun {
  const parsed = parseTestCases(content)
  if (parsed.kind === 'malformed') return parsed
  const results = parsed.cases.map((test) =>
    test.kind === 'action' ? runAction(test, policy, groups) : runRight(test, policy, groups),
  )
  return { kind: 'ran', results }
}

function runAction(test: ActionCase, policy: PolicySet, groups: Directory['groups']): TestResult {
  const { target, effects, facts, circumstances } = test
  const directory = directoryOf(test.caller, groups)
  const question = { caller: callerOf(test.caller), target, effects, facts, circumstances }
  const judgement = policy.judge(question, directory)
  const { kind, why } = judgement.verdict
  const sameRules = test.rules === null || isSameSet(test.rules, why.rules)
  return {
    name: test.name,
    passed: kind === test.expect && sameRules,
    expected: spell(test.expect, test.rules ?? []),
    got: spell(kind, why.rules),
    says: explain(judgement),
  }
}

function runRight(test: RightCase, policy: PolicySet, groups: Directory['groups']): TestResult {
  const { person, asks, expect } = test
  const directory = directoryOf(person, groups)
  const has =
    asks.target === null
      ? policy.administers(person.id, asks.right, directory)
      : policy.permits(person.id, asks.right, asks.target, directory)
  const got = has ? 'allow' : 'refuse'
  const says = [`\`${person.id}\` ${has ? 'has' : 'does not have'} the right \`${asks.right}\`.`]
  return { name: test.name, passed: got === expect, expected: expect, got, says }
}

/** A name that no policy can mean: an owner is no principal, it only has to exist. */
const OWNER = 'owner-in-test' as PersonId

function callerOf(who: Who): Caller {
  const proof = { kind: 'agent-key', key: 'policy-test', madeBy: null } as const
  return who.type === 'agent'
    ? { agents: [who.id], owner: OWNER, actsFor: [], proof }
    : { agents: [], owner: who.id, actsFor: [who.id], proof }
}

function directoryOf(who: Who, groups: Directory['groups']): Directory {
  const owner = { id: OWNER, name: OWNER, groups: [], sameAs: [] }
  if (who.type === 'agent') {
    const agent = { id: who.id, owner: OWNER, groups: who.groups }
    return { people: new Map([[OWNER, owner]]), agents: new Map([[who.id, agent]]), groups }
  }
  const person = { id: who.id, name: who.id, groups: who.groups, sameAs: [] }
  return { people: new Map([[who.id, person]]), agents: new Map(), groups }
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((item) => b.includes(item))
}

function spell(kind: string, rules: readonly string[]): string {
  return rules.length === 0 ? kind : `${kind} by ${rules.toSorted().join(', ')}`
}
