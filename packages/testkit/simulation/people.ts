import type { Digest, EnvironmentId, GroupId, PersonId, ResourceId } from '@sallyport/core/action/ids'
import { parseName } from '@sallyport/core/action/ids'
import type { Directory, Person } from '@sallyport/core/people/directory'
import type { Target, Terms, Verdict, Why } from '@sallyport/core/policy/verdict'
import type { PolicyInForce } from '@sallyport/gateway/guard/parts'

/** A small company: `olga` owns the agent, `olga-admin` is her second account, `paul` is acted for, the others review. */
export const PEOPLE = ['olga', 'olga-admin', 'paul', 'rita', 'sam', 'tess'] as const

const name = <K extends 'person' | 'group' | 'agent' | 'resource' | 'environment'>(kind: K, text: string) => {
  const parsed = parseName(kind, text)
  if (parsed === undefined) throw new Error(`${text} is no name`)
  return parsed
}
export const person = (text: string): PersonId => name('person', text)
const group = (text: string): GroupId => name('group', text)
export const resourceId = (text: string): ResourceId => name('resource', text)
export const AGENT = name('agent', 'helper')
const PROD: EnvironmentId = name('environment', 'prod')

/** Who sits in which group; a simulation takes memberships away and gives them back. */
export function directory(without: ReadonlySet<PersonId>): Directory {
  const both = [group('reviewers'), group('security')]
  const entry = (id: string, groups: readonly GroupId[], sameAs: readonly string[] = []): Person => ({
    id: person(id),
    name: id,
    groups: without.has(person(id)) ? [] : groups,
    sameAs: sameAs.map(person),
  })
  // Everybody is in a group that may decide: only the chain keeps olga and paul out.
  const people = [
    entry('olga', both),
    entry('olga-admin', both, ['olga']),
    entry('paul', both),
    entry('rita', both),
    entry('sam', [group('reviewers')]),
    entry('tess', [group('security')]),
  ]
  return {
    people: new Map(people.map((one) => [one.id, one])),
    agents: new Map([[AGENT, { id: AGENT, owner: person('olga'), groups: [] }]]),
    groups: new Map(both.map((id) => [id, { id, in: [] }])),
  }
}

export const TARGET: Target = { id: resourceId('crm'), kind: 'http', region: '', environments: [PROD] }

/** Two policies between which a simulation switches: the second asks for more. */
export function policy(version: 1 | 2): PolicyInForce {
  return {
    digest: String(version).repeat(64) as Digest,
    decide: ({ facts }) => verdict(facts.operation, version),
    permits: (who) => who !== person('tess') || version === 1,
    administers: () => true,
  }
}

export function termsOf(operation: string, version: 1 | 2): Terms | null {
  const reviewers = { group: group('reviewers'), approvals: 1 }
  const common = { withinMs: 60_000, reasonRequired: false, waivable: { uses: 2, forMs: 120_000 } }
  if (operation === 'export') return { ...common, groups: [reviewers] }
  if (operation === 'purge')
    return {
      ...common,
      groups: [reviewers, { group: group('security'), approvals: version }],
      waivable: null,
    }
  return null
}

function verdict(operation: string, version: 1 | 2): Verdict {
  const why: Why = { rules: [operation], link: null, effect: null, because: operation, controls: [] }
  if (operation === 'forbidden') return { kind: 'refuse', why, code: 'not-permitted' }
  const terms = termsOf(operation, version)
  return terms === null ? { kind: 'allow', why } : { kind: 'hold', why, terms }
}
