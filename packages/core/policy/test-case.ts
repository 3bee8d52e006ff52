import { EFFECTS, type Effect } from '../action/effect.ts'
import { type GroupId, type NameOf, parseName } from '../action/ids.ts'
import { type CapFacts, type FactName, type Facts, PLAIN_FACTS } from '../facts/facts.ts'
import type { NonEmpty } from '../given.ts'
import { isUnreadable, type Reading, readRecord } from './reading.ts'
import { ADMIN_RIGHTS, PEOPLE_RIGHTS } from './schema.ts'
import type { AdminRight, Circumstances, PeopleRight, Signal, Target, Verdict } from './verdict.ts'

/** One test of a policy set, as data. */
export type TestCase = ActionCase | RightCase

export interface ActionCase {
  readonly kind: 'action'
  readonly name: string
  readonly caller: Who
  readonly target: Target
  readonly effects: NonEmpty<Effect>
  readonly facts: Facts
  readonly circumstances: Circumstances
  readonly expect: Verdict['kind']
  /** The policies that must have decided, these and no other. Null: any. */
  readonly rules: readonly string[] | null
}

export interface RightCase {
  readonly kind: 'right'
  readonly name: string
  readonly person: Extract<Who, { type: 'person' }>
  readonly asks:
    | { readonly right: PeopleRight; readonly target: Target }
    | { readonly right: AdminRight; readonly target: null }
  readonly expect: 'allow' | 'refuse'
}

/** An agent, whose owner is the test's own, or a person alone; in these groups. */
export type Who =
  | { readonly type: 'agent'; readonly id: NameOf['agent']; readonly groups: readonly GroupId[] }
  | { readonly type: 'person'; readonly id: NameOf['person']; readonly groups: readonly GroupId[] }

export type TestCases =
  | { readonly kind: 'cases'; readonly cases: readonly TestCase[] }
  | { readonly kind: 'malformed'; readonly problems: readonly string[] }

const ACTION_FIELDS = ['name', 'caller', 'resource', 'effects', 'facts', 'circumstances', 'expect', 'rules']
const RIGHT_FIELDS = ['name', 'caller', 'right', 'resource', 'expect']
const FACT_FIELDS = [...Object.keys(PLAIN_FACTS), 'http', 'self']
const SIGNALS: readonly Signal[] = ['first-seen', 'burst', 'denied-before']
const FACT_NAMES: Readonly<Record<FactName, true>> = {
  operation: true,
  datasets: true,
  labels: true,
  destination: true,
  rows: true,
  deferred: true,
  unbounded: true,
  'http.path': true,
  'http.query': true,
  'http.type': true,
  'http.body': true,
}

/**
 * Reads a parsed list of tests. What is left out is harmless and well understood, at noon; a misspelt field is a mistake,
 * since a test that tests something else is worse than none.
 */
export function parseTestCases(content: unknown): TestCases {
  if (!Array.isArray(content)) return { kind: 'malformed', problems: ['policy tests are a list'] }
  const problems: string[] = []
  const cases = content.flatMap((item: unknown, index) => {
    try {
      return [readCase(item, `test ${index + 1}`)]
    } catch (error) {
      if (!isUnreadable(error)) throw error
      problems.push(error.message)
      return []
    }
  })
  return problems.length === 0 ? { kind: 'cases', cases } : { kind: 'malformed', problems }
}

function readCase(item: unknown, where: string): TestCase {
  const isAboutRight = typeof item === 'object' && item !== null && 'right' in item
  return isAboutRight
    ? readRight(readRecord(item, where, RIGHT_FIELDS))
    : readAction(readRecord(item, where, ACTION_FIELDS))
}

function readAction(test: Reading): ActionCase {
  const [first, ...others] = test.words('effects', EFFECTS)
  return {
    kind: 'action',
    name: test.text('name'),
    caller: readWho(test),
    target: readTarget(test),
    effects: [first ?? test.fail('`effects` is empty'), ...others],
    facts: readFacts(test.inner('facts', FACT_FIELDS)),
    circumstances: readCircumstances(test.inner('circumstances', ['hour', 'signals', 'session'])),
    expect: test.word('expect', ['allow', 'hold', 'refuse']),
    rules: test.has('rules') ? test.texts('rules') : null,
  }
}

function readRight(test: Reading): RightCase {
  const right = test.word('right', [...PEOPLE_RIGHTS, ...ADMIN_RIGHTS])
  const person = readWho(test)
  if (person.type !== 'person') return test.fail('only a person can have a right')
  if (right !== 'decide' && test.has('resource')) test.fail(`\`${right}\` is about no resource; remove it`)
  const asks = right === 'decide' ? { right, target: readTarget(test) } : { right, target: null }
  return {
    kind: 'right',
    name: test.text('name'),
    person,
    asks,
    expect: test.word('expect', ['allow', 'refuse']),
  }
}

function readWho(test: Reading): Who {
  const caller = test.inner('caller', ['agent', 'person', 'groups'])
  if (caller.has('agent') === caller.has('person')) caller.fail('name one of `agent` and `person`')
  const groups = caller.texts('groups', []).map((name) => nameOf('group', name, caller))
  return caller.has('agent')
    ? { type: 'agent', id: nameOf('agent', caller.text('agent'), caller), groups }
    : { type: 'person', id: nameOf('person', caller.text('person'), caller), groups }
}

function readTarget(test: Reading): Target {
  const resource = test.inner('resource', ['id', 'kind', 'region', 'environments'])
  const [first, ...others] = resource
    .texts('environments')
    .map((name) => nameOf('environment', name, resource))
  return {
    id: nameOf('resource', resource.text('id'), resource),
    kind: resource.text('kind', 'http'),
    region: resource.text('region', ''),
    environments: [first ?? resource.fail('`environments` is empty; list them innermost first'), ...others],
  }
}

function readFacts(facts: Reading): Facts {
  const common = {
    understood: facts.flag('understood', PLAIN_FACTS.understood),
    unknown: facts.texts('unknown', []).map((name) => factName(name, facts)),
    labels: facts.texts('labels', []),
    operation: facts.text('operation', ''),
    datasets: facts.texts('datasets', []),
    deferred: facts.flag('deferred', false),
    unbounded: facts.flag('unbounded', false),
    rows: facts.count('rows', 0),
    destination: facts.text('destination', ''),
    ...(facts.has('cap') ? { cap: readCap(facts.inner('cap', ['bytes', 'items', 'classes'])) } : {}),
  }
  if (facts.has('self')) {
    const self = facts.inner('self', ['change', 'subject'])
    return {
      ...common,
      kind: 'self',
      self: { change: self.word('change', ['waiver']), subject: self.text('subject') },
    }
  }
  const http = facts.inner('http', ['method', 'host', 'path', 'query', 'type', 'body'])
  return {
    ...common,
    kind: 'http',
    http: {
      method: http.text('method', 'GET'),
      host: http.text('host', ''),
      path: http.text('path', '/'),
      query: http.texts('query', []),
      type: http.text('type', 'none'),
      body: http.texts('body', []),
    },
  }
}

function readCap(cap: Reading): CapFacts {
  return {
    bytes: cap.has('bytes') ? cap.count('bytes', 0) : null,
    items: cap.has('items') ? cap.count('items', 0) : null,
    classes: cap.has('classes') ? cap.texts('classes') : null,
  }
}

function readCircumstances(circumstances: Reading): Circumstances {
  const session = circumstances.inner('session', ['labels', 'untrusted'])
  return {
    hour: circumstances.count('hour', 12),
    signals: circumstances.words('signals', SIGNALS, []),
    session: { labels: session.texts('labels', []), untrusted: session.flag('untrusted', false) },
  }
}

function factName(name: string, at: Reading): FactName {
  return isFactName(name) ? name : at.fail(`\`unknown\` is none of ${Object.keys(FACT_NAMES).join(', ')}`)
}

function isFactName(name: string): name is FactName {
  return Object.hasOwn(FACT_NAMES, name)
}

function nameOf<K extends keyof NameOf>(kind: K, text: string, at: Reading): NameOf[K] {
  return parseName(kind, text) ?? at.fail('a name that is none; use lower-case letters, digits and hyphens')
}
