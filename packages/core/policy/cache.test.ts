import { claim } from '@sallyport/testkit/claim'
import { CRM, callerOf, DIRECTORY, GIVEN, httpFacts, name, policy, question } from '@sallyport/testkit/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EFFECTS } from '../action/effect.ts'
import type { FactName } from '../facts/facts.ts'
import type { Directory } from '../people/directory.ts'
import { type Ask, askOf } from './ask.ts'
import { cached } from './cache.ts'
import { judge } from './judge.ts'
import { type Plan, type Plans, plansOf } from './plan.ts'
import type { PolicySet } from './policy-set.ts'
import { occupy } from './slots.ts'
import type { Question, Verdict } from './verdict.ts'

/** Conditions over each kind of thing that a policy can read. */
const CONDITIONS = [
  'context.rows > 10',
  'context.labels.contains("secret")',
  '["a", "b"].containsAny(context.datasets)',
  'context.operation like "GET *"',
  'context.destination == ""',
  'context.deferred || context.unbounded',
  'context.understood && context.kind == "http"',
  'context.http.method == "POST"',
  'context.http.path like "/admin*" || context.http.query.contains("all")',
  'context.http.host == "crm.test" || context.http.type == "application/json"',
  'context.http.body.containsAny(["role", "items[].price"])',
  'context.unknown.isEmpty()',
  'context.hour < 8',
  'context.signals.contains("burst")',
  'context.session.untrusted',
  'context.rows > 3 && context.hour == 12',
  'principal in Group::"staff"',
  'principal is Agent && principal in [Group::"contractors", Group::"reviewers"]',
  'principal == Agent::"bot"',
  '(if context.rows > 5 then principal else principal) in Group::"agents"',
  '(if context.deferred then principal else principal) in Group::"contractors"',
  '(if context.understood then principal else principal) in [Group::"agents", Group::"reviewers"]',
  'resource in Environment::"company"',
  'resource.region == "eu"',
  'action == Action::"read" || action in Action::"sensitive"',
  'context.rows * 9007199254740991 > 1',
]
const PRINCIPALS = [
  'principal',
  'principal',
  'principal',
  'principal',
  'principal is Person',
  'principal in Group::"staff"',
  'principal == Agent::"helper"',
]
const KINDS = [
  'permit',
  'permit',
  'permit',
  'forbid',
  '@hold("reviewers") permit',
  '@hold("security") @approvals("2") permit',
]

const aRule = fc.record({
  kind: fc.constantFrom(...KINDS),
  principal: fc.constantFrom(...PRINCIPALS),
  effects: fc.uniqueArray(fc.constantFrom(...EFFECTS), { minLength: 4, maxLength: 7 }),
  clauses: fc.array(fc.tuple(fc.constantFrom('when', 'unless'), fc.constantFrom(...CONDITIONS)), {
    maxLength: 2,
  }),
})

const aPolicy = fc.array(aRule, { minLength: 2, maxLength: 8 }).map((rules) =>
  rules
    .map(({ kind, principal, effects, clauses }, index) => {
      const actions = effects.map((effect) => `Action::"${effect}"`).join(', ')
      const conditions = clauses.map(([word, condition]) => `${word} { ${condition} }`).join(' ')
      return `@id("p${index}") ${kind.replace('permit', '').replace('forbid', '')} ${kind.includes('forbid') ? 'forbid' : 'permit'} (${principal}, action in [${actions}], resource) ${conditions};`
    })
    .join('\n'),
)

const FACT_NAMES: readonly FactName[] = [
  'operation',
  'datasets',
  'labels',
  'destination',
  'rows',
  'deferred',
  'unbounded',
  'http.path',
  'http.query',
  'http.type',
  'http.body',
]

/** Mostly sound: a question that is refused for its shape says nothing about keys. */
function mostly<T>(sound: readonly T[], odd: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...sound) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )
}

const someFacts = fc
  .record({
    understood: mostly([true], [false]),
    unknown: mostly<readonly FactName[]>(
      [[]],
      FACT_NAMES.map((fact) => [fact]),
    ),
    labels: fc.constantFrom([], ['secret'], ['pii']),
    datasets: fc.constantFrom([], ['a'], ['a', 'c']),
    operation: mostly(['GET /x', 'POST /x'], ['x'.repeat(3000)]),
    destination: fc.constantFrom('', 'elsewhere'),
    deferred: fc.boolean(),
    unbounded: fc.boolean(),
    rows: mostly([0, 4, 6, 11], [9_007_199_254_740_991, 1.5]),
    method: fc.constantFrom('GET', 'POST'),
    path: fc.constantFrom('/', '/admin/x'),
    query: fc.constantFrom([], ['all']),
    host: fc.constantFrom('crm.test', 'wiki.test'),
    type: fc.constantFrom('none', 'application/json', 'other'),
    body: fc.constantFrom([], ['role'], ['items', 'items[].price']),
  })
  .map(({ method, path, query, host, type, body, ...common }) =>
    httpFacts(common, { method, path, query, host, type, body }),
  )

const [prod] = CRM.environments
const TARGETS = [CRM, { ...CRM, region: 'us' }, { ...CRM, environments: [prod] as const }]
const CALLERS = [
  callerOf(['helper']),
  callerOf(['bot']),
  callerOf(['helper', 'bot'], ['ann']),
  callerOf([], ['omar'], 'omar'),
  callerOf([], ['ann'], 'ann'),
]

/** The same people later: helper left all groups, bot joined the agents. */
const LATER: Directory = {
  ...DIRECTORY,
  agents: new Map(
    [...DIRECTORY.agents.values()].map((agent) => [
      agent.id,
      { ...agent, groups: agent.id === 'bot' ? [name('group', 'agents')] : [] },
    ]),
  ),
}

const aQuestion = fc
  .record({
    effects: fc.uniqueArray(fc.constantFrom(...EFFECTS), { minLength: 1, maxLength: 2 }),
    caller: mostly(CALLERS, [callerOf(['ghost'])]),
    target: mostly(TARGETS, [{ ...CRM, environments: [prod, prod] as const }]),
    hour: mostly([3, 12], [25]),
    signals: fc.constantFrom([], ['burst'] as const),
    untrusted: fc.boolean(),
    directory: mostly([DIRECTORY], [LATER]),
    facts: someFacts,
  })
  .map(({ effects: [first = 'read', ...others], hour, signals, untrusted, directory, ...rest }) => {
    const circumstances = { hour, signals, session: { labels: [], untrusted } }
    const asked: Question = { ...rest, effects: [first, ...others], circumstances }
    return { asked, directory }
  })

/** A question and others that differ from it in one thing: what a key forgets is found there first. */
const aNeighbourhood = fc
  .tuple(aQuestion, aQuestion)
  .map(([one, { asked: other, directory }]): readonly Asked[] => {
    const { asked } = one
    const but = (difference: Partial<Question>): Asked => ({ ...one, asked: { ...asked, ...difference } })
    const around = (difference: Partial<Question['circumstances']>): Asked =>
      but({ circumstances: { ...asked.circumstances, ...difference } })
    return [
      one,
      but({ caller: other.caller }),
      but({ target: other.target }),
      but({ effects: other.effects }),
      but({ facts: other.facts }),
      but({ facts: { ...asked.facts, rows: other.facts.rows } }),
      but({ facts: { ...asked.facts, labels: other.facts.labels } }),
      around({ hour: other.circumstances.hour }),
      around({ signals: other.circumstances.signals }),
      around({ session: other.circumstances.session }),
      { ...one, directory },
      one,
    ]
  })

const someQuestions = fc
  .array(aNeighbourhood, { minLength: 5, maxLength: 5 })
  .map((questions) => questions.flat())

interface Asked {
  readonly asked: Question
  readonly directory: Directory
}

const POLICIES = 60

/** Fewer for the mutants: each of them is asked about the same ones. */
const POLICIES_FOR_MUTANTS = 60
const SEED = 20_261_120

function askAfresh(set: PolicySet): Ask {
  return askOf(set.rules, occupy(set.rules, GIVEN.cedar, 'aside'))
}

function answer(questions: readonly Asked[], ask: Ask): readonly Verdict[] {
  return questions.map(({ asked, directory }) => judge(asked, directory, ask).verdict)
}

function counting(ask: Ask): { readonly ask: Ask; readonly calls: () => number } {
  let calls = 0
  const counted: Ask = (asked) => {
    calls++
    return ask(asked)
  }
  return { ask: counted, calls: () => calls }
}

function changed(plans: Plans, change: (plan: Plan) => Plan): Plans {
  return {
    read: change(plans.read),
    write: change(plans.write),
    delete: change(plans.delete),
    define: change(plans.define),
    grant: change(plans.grant),
    execute: change(plans.execute),
    export: change(plans.export),
  }
}

/** A policy whose conditions can never be true together is refused at load, and that is no set. */
function loads(text: string): PolicySet | null {
  try {
    return policy(text)
  } catch {
    return null
  }
}

describe('the verdict cache', () => {
  test(
    claim(
      'P1',
      'core',
      'a remembered verdict is the verdict, over thousands of questions to random policies',
    ),
    () => {
      const sum = { remembering: 0, afresh: 0 }
      const kinds = new Set<string>()
      fc.assert(
        fc.property(aPolicy, someQuestions, (text, questions) => {
          const set = loads(text)
          fc.pre(set !== null)
          if (set === null) return
          const afresh = counting(askAfresh(set))
          const behind = counting(askAfresh(set))
          const verdicts = answer(questions, afresh.ask)
          expect(answer(questions, cached(behind.ask, plansOf(set.rules)))).toEqual(verdicts)
          sum.remembering += behind.calls()
          sum.afresh += afresh.calls()
          for (const { kind } of verdicts) kinds.add(kind)
        }),
        { numRuns: POLICIES },
      )
      expect([...kinds].sort()).toEqual(['allow', 'hold', 'refuse'])
      // It does remember something.
      expect(sum.remembering).toBeLessThan(sum.afresh * 0.8)
    },
  )

  const MUTANTS: readonly (readonly [string, (plan: Plan) => Plan])[] = [
    ['one fact that is read', (plan) => ({ ...plan, paths: plan.paths.slice(1) })],
    ['the hour', (plan) => ({ ...plan, hour: false })],
    ['the groups of the principal', (plan) => ({ ...plan, tests: [] })],
    ['that the bare principal is used', (plan) => ({ ...plan, wholePrincipal: false })],
    ['that signals and session change', (plan) => ({ ...plan, cacheable: true })],
  ]
  const corpus = fc
    .sample(fc.tuple(aPolicy, someQuestions), { seed: SEED, numRuns: POLICIES_FOR_MUTANTS })
    .flatMap(([text, questions]) => {
      const set = loads(text)
      return set === null ? [] : [{ set, questions, verdicts: answer(questions, askAfresh(set)) }]
    })

  test.each(MUTANTS)('the comparison above catches a key that forgets %s', (_, change) => {
    const isWrong = corpus.some(({ set, questions, verdicts }) => {
      const forgetful = cached(askAfresh(set), changed(plansOf(set.rules), change))
      return JSON.stringify(answer(questions, forgetful)) !== JSON.stringify(verdicts)
    })
    expect(isWrong).toBe(true)
  })

  test('facts that were answered about cannot be changed behind the answer', () => {
    const set = policy(
      '@id("r") permit (principal, action == Action::"read", resource) when { context.rows < 5 };',
    )
    const asked = question(['read'], { rows: 1 })
    expect(set.decide(asked, DIRECTORY).kind).toBe('allow')
    expect(() => Object.assign(asked.facts, { rows: 9 })).toThrow(TypeError)
  })

  test('an answer outlives neither the people nor the set that it was given by', () => {
    const text = '@id("r") permit (principal in Group::"staff", action == Action::"read", resource);'
    const set = policy(text)
    const asked = question(['read'])
    expect(set.decide(asked, DIRECTORY).kind).toBe('allow')
    expect(set.decide(asked, LATER).kind).toBe('refuse')
    expect(set.decide(asked, DIRECTORY).kind).toBe('allow')
    expect(policy(text.replace('permit', 'forbid')).decide(asked, DIRECTORY).kind).toBe('refuse')
  })

  test('a failure of the engine is not remembered', () => {
    const set = policy('@id("r") permit (principal, action == Action::"read", resource);')
    const ask = askOf(set.rules, occupy(set.rules, GIVEN.cedar, 'aside'))
    let failing = true
    const flaky: Ask = (asked) =>
      failing ? { kind: 'refuse', code: 'policy-error', rules: [], detail: 'down' } : ask(asked)
    const askCached = cached(flaky, plansOf(set.rules))
    const kind = () => judge(question(['read']), DIRECTORY, askCached).verdict.kind
    expect(kind()).toBe('refuse')
    failing = false
    expect(kind()).toBe('allow')
  })
})
