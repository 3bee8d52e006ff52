import { createHash } from 'node:crypto'
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import type { Effect } from '@sallyport/core/action/effect'
import { type NameOf, parseName } from '@sallyport/core/action/ids'
import { type CommonFacts, type Facts, PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { type HttpFacts, NO_HTTP } from '@sallyport/core/facts/http'
import type { NonEmpty, Sha256 } from '@sallyport/core/given'
import type { Caller } from '@sallyport/core/people/caller'
import type { Directory } from '@sallyport/core/people/directory'
import type { PolicySources } from '@sallyport/core/policy/compile'
import { type Given, type Loaded, loadPolicies } from '@sallyport/core/policy/load'
import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { Question, Target } from '@sallyport/core/policy/verdict'

/** The real engines, for tests of policy. */
const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

export const GIVEN: Given = {
  cedar,
  sha256,
  groups: new Set(
    ['agents', 'contractors', 'reviewers', 'security', 'operators', 'staff'].map((id) => name('group', id)),
  ),
  environments: new Set(['prod', 'lab', 'company'].map((id) => name('environment', id))),
  resources: new Set([name('resource', 'crm'), name('resource', 'wiki')]),
}

/**
 * helper (agent of olga, in agents, in staff), bot (agent of olga, a contractor), ann (in reviewers, in staff), olga, omar
 * (an operator).
 */
export const DIRECTORY: Directory = {
  people: new Map(
    [person('olga'), person('ann', 'reviewers'), person('omar', 'operators')].map((entry) => [
      entry.id,
      entry,
    ]),
  ),
  agents: new Map([agent('helper', 'agents'), agent('bot', 'contractors')].map((entry) => [entry.id, entry])),
  groups: new Map(
    [
      group('staff'),
      group('agents', 'staff'),
      group('reviewers', 'staff'),
      group('contractors'),
      group('security'),
      group('operators'),
    ].map((entry) => [entry.id, entry]),
  ),
}

export const CRM: Target = {
  id: name('resource', 'crm'),
  kind: 'http',
  region: 'eu',
  environments: [name('environment', 'prod'), name('environment', 'company')],
}

/** The agent `helper`, unless others are named. */
export function question(
  effects: NonEmpty<Effect>,
  facts: Partial<CommonFacts> = {},
  others: Partial<Omit<Question, 'facts' | 'effects'>> = {},
): Question {
  return {
    caller: callerOf(['helper']),
    target: CRM,
    circumstances: NOON,
    ...others,
    effects,
    facts: httpFacts(facts),
  }
}

const NOON: Question['circumstances'] = { hour: 12, signals: [], session: { labels: [], untrusted: false } }

export function httpFacts(facts: Partial<CommonFacts> = {}, http: Partial<HttpFacts['http']> = {}): Facts {
  const plain = { ...NO_HTTP, method: 'GET', host: 'crm.test', path: '/', type: 'none' }
  return { ...PLAIN_FACTS, ...facts, kind: 'http', http: { ...plain, ...http } }
}

export function callerOf(agents: readonly string[], actsFor: readonly string[] = [], owner = 'olga'): Caller {
  return {
    agents: agents.map((id) => name('agent', id)),
    owner: name('person', owner),
    actsFor: actsFor.map((id) => name('person', id)),
    proof: { kind: 'agent-key', key: 'test', madeBy: null },
  }
}

/** The three sets as one file each. */
export function sources(actions: string, people = '', admin = ''): PolicySources {
  const file = (set: string, text: string) => [{ path: `${set}/test.cedar`, text }]
  return { actions: file('actions', actions), people: file('people', people), admin: file('admin', admin) }
}

export function load(actions: string, people = '', admin = ''): Loaded {
  return loadPolicies(sources(actions, people, admin), GIVEN)
}

/** The set, which has to load. */
export function policy(actions: string, people = '', admin = ''): PolicySet {
  const loaded = load(actions, people, admin)
  if (loaded.kind === 'loaded') return loaded.policy
  throw new Error(`the set of this test does not load: ${JSON.stringify(loaded.problems)}`)
}

export function name<K extends keyof NameOf>(kind: K, text: string): NameOf[K] {
  const parsed = parseName(kind, text)
  if (parsed === undefined) throw new Error(`\`${text}\` is no name`)
  return parsed
}

function person(id: string, ...groups: readonly string[]) {
  return { id: name('person', id), name: id, groups: groups.map((text) => name('group', text)), sameAs: [] }
}

function agent(id: string, ...groups: readonly string[]) {
  return {
    id: name('agent', id),
    owner: name('person', 'olga'),
    groups: groups.map((text) => name('group', text)),
  }
}

function group(id: string, ...above: readonly string[]) {
  return { id: name('group', id), in: above.map((text) => name('group', text)) }
}
