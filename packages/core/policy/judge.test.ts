import { claim } from '@sallyport/testkit/claim'
import {
  CRM,
  callerOf,
  DIRECTORY,
  GIVEN,
  httpFacts,
  name,
  policy,
  question,
  sources,
} from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import type { FactName } from '../facts/facts.ts'
import type { Directory } from '../people/directory.ts'
import type { CedarEngine } from './engine.ts'
import { loadPolicies } from './load.ts'
import type { PolicySet } from './policy-set.ts'
import type { Question } from './verdict.ts'

const READS = '@id("reads") permit (principal, action == Action::"read", resource);'
const WRITES = '@id("writes") permit (principal, action == Action::"write", resource);'
const HELD =
  '@id("held") @hold("reviewers") @because("a reviewer looks at it") @controls("SOC2:CC8.1") permit (principal, action == Action::"write", resource);'

function decide(text: string, asked: Question, directory: Directory = DIRECTORY) {
  return policy(text).decide(asked, directory)
}

/** `allow`, `hold`, or why it was refused. */
function word(set: PolicySet, asked: Question, directory: Directory = DIRECTORY): string {
  const verdict = set.decide(asked, directory)
  return verdict.kind === 'refuse' ? verdict.code : verdict.kind
}

describe('where Cedar fails open', () => {
  test(claim(['P1', 'G5'], 'core', 'a forbid that fails refuses the action instead of being skipped'), () => {
    const failing =
      '@id("limit") forbid (principal, action == Action::"read", resource) when { context.rows * 9007199254740991 > 1 };'
    const verdict = decide(READS + failing, question(['read'], { rows: 9_007_199_254_740_991 }))
    expect(verdict).toMatchObject({ kind: 'refuse', code: 'policy-error', why: { rules: ['limit'] } })
    expect(decide(READS + failing, question(['read'], { rows: 0 })).kind).toBe('allow')
  })

  test(
    claim(
      'P1',
      'core',
      'a generous policy about actions gives nobody a right, and a right permits no action',
    ),
    () => {
      const all =
        '@id("all") permit (principal, action in [Action::"read", Action::"change", Action::"sensitive"], resource);'
      const rights = '@id("decides") permit (principal, action == Action::"decide", resource);'
      const ann = name('person', 'ann')
      expect(policy(all).permits(ann, 'decide', CRM, DIRECTORY)).toBe(false)
      expect(policy(all).administers(ann, 'configure', DIRECTORY)).toBe(false)
      expect(policy('', rights).permits(ann, 'decide', CRM, DIRECTORY)).toBe(true)
      expect(policy('', rights).administers(ann, 'operate', DIRECTORY)).toBe(false)
      expect(word(policy('', rights), question(['read']))).toBe('not-permitted')
    },
  )

  test(claim(['P1', 'G5'], 'core', 'a hold on many rows catches a number of rows that nobody knows'), () => {
    const many =
      '@id("many") @hold("reviewers") permit (principal, action == Action::"read", resource) when { context has rows && context.rows > 100 };'
    expect(word(policy(READS + many), question(['read'], { rows: 5 }))).toBe('allow')
    expect(word(policy(READS + many), question(['read'], { rows: 5, unknown: ['rows'] }))).toBe('hold')
  })

  test.each(['deferred', 'unbounded'] as const)('a forbid on what is %s catches what may be', (fact) => {
    const set = policy(
      `${READS}@id("f") forbid (principal, action == Action::"read", resource) when { context.${fact} };`,
    )
    expect(word(set, question(['read']))).toBe('allow')
    expect(word(set, question(['read'], { unknown: [fact] }))).toBe('not-permitted')
  })

  const READING: readonly (readonly [FactName, string])[] = [
    ['labels', 'context.labels.contains("secret")'],
    ['datasets', '["payroll"].containsAny(context.datasets)'],
    ['operation', 'context.operation like "GET /admin/*"'],
    ['destination', 'context.destination != ""'],
    ['http.path', 'context.http.path like "/v1/admin/*"'],
    ['http.query', 'context.http.query.contains("full")'],
    ['http.type', 'context.http.type == "application/json"'],
    ['http.body', 'context.http.body.contains("role")'],
    [
      'http.path',
      'context.http == {method: "GET", host: "crm.test", path: "/admin", query: ["all"], type: "none", body: ["role"]}',
    ],
    ['http.query', '{a: context.http}.a == {a: context.http}.a && context.http.method == "DELETE"'],
    ['http.query', 'context == context && context.rows > 9'],
  ]
  test.each(READING)(
    claim(['P1', 'G5'], 'core', 'a policy that reads %s refuses an action whose %s nobody knows'),
    (fact, condition) => {
      // What reads all of the context reads which classes an answer may have: known only where that is limited.
      const cap = { bytes: null, items: null, classes: [] }
      const set = policy(
        `${READS}${WRITES}@id("f") forbid (principal, action == Action::"read", resource) when { ${condition} };`,
      )
      expect(word(set, question(['read'], { cap }))).toBe('allow')
      const verdict = set.decide(question(['read'], { cap, unknown: [fact] }), DIRECTORY)
      expect(verdict).toMatchObject({
        kind: 'refuse',
        code: 'not-understood',
        why: { rules: ['f'], effect: 'read' },
      })
      // No policy about writing reads it.
      expect(word(set, question(['write'], { unknown: [fact] }))).toBe('allow')
    },
  )

  test('reading the context as a whole reads what is unknown in it', () => {
    const set = policy(
      `${READS}@id("f") forbid (principal, action == Action::"read", resource) when { context == context && context.rows > 9 };`,
    )
    expect(word(set, question(['read'], { unknown: ['labels'] }))).toBe('not-understood')
  })

  test(
    claim('P1', 'core', 'a forbid in an environment fires for what stands in it by way of another'),
    () => {
      const set = policy(
        `${READS}@id("f") forbid (principal, action == Action::"read", resource in Environment::"company");`,
      )
      expect(word(set, question(['read']))).toBe('not-permitted')
      const elsewhere = { ...CRM, environments: [name('environment', 'lab')] as const }
      expect(word(set, question(['read'], {}, { target: elsewhere }))).toBe('allow')
    },
  )

  test('environments that are no chain are a refusal', () => {
    const [prod] = CRM.environments
    const target = { ...CRM, environments: [prod, prod] as const }
    expect(word(policy(READS), question(['read'], {}, { target }))).toBe('policy-error')
  })

  test(
    claim('P1', 'core', 'a forbid on a group fires for groups in it, and a missing group is a refusal'),
    () => {
      const set = policy(
        `${READS}@id("f") forbid (principal in Group::"staff", action == Action::"read", resource);`,
      )
      expect(word(set, question(['read']))).toBe('not-permitted')
      expect(word(set, question(['read'], {}, { caller: callerOf(['bot']) }))).toBe('allow')
      const groups = new Map([...DIRECTORY.groups].filter(([id]) => id !== 'staff'))
      expect(word(set, question(['read']), { ...DIRECTORY, groups })).toBe('policy-error')
    },
  )

  test('groups that stand in each other are a refusal', () => {
    const [staff, agents] = [name('group', 'staff'), name('group', 'agents')]
    const groups = new Map(DIRECTORY.groups).set(staff, { id: staff, in: [agents] })
    expect(word(policy(READS), question(['read']), { ...DIRECTORY, groups })).toBe('policy-error')
  })

  test('comparing a record as a whole reads what is unknown inside it', () => {
    const whole =
      'context.http == {method: "GET", host: "crm.test", path: "/admin", query: ["all"], type: "none", body: ["role"]}'
    const set = policy(
      `${READS}@id("f") forbid (principal, action == Action::"read", resource) when { ${whole} };`,
    )
    const facts = httpFacts({}, { path: 'x'.repeat(100_000) })
    expect(word(set, { ...question(['read']), facts })).toBe('not-understood')
  })

  test('an action group in a policy covers its effects', () => {
    const set = policy('@id("c") permit (principal, action in Action::"change", resource);')
    const words = (['write', 'define', 'delete', 'grant', 'execute', 'export', 'read'] as const).map(
      (effect) => word(set, question([effect])),
    )
    expect(words).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'not-permitted', 'not-permitted'])
  })

  test('text that is no text, and text without end, reaches no policy as something else', () => {
    const set = policy(
      `${READS}${WRITES}@id("f") forbid (principal, action == Action::"read", resource) when { context.operation like "*a*b*c*d*" };`,
    )
    expect(word(set, question(['read'], { operation: 'GET \ud800' }))).toBe('allow')
    expect(word(set, question(['read'], { operation: 'x'.repeat(100_000) }))).toBe('not-understood')
    expect(word(set, question(['write'], { operation: 'x'.repeat(100_000) }))).toBe('allow')
    const path = 'x'.repeat(100_000)
    const reading = policy(
      `${READS}@id("f") forbid (principal, action == Action::"read", resource) when { context.http.path like "/admin*" };`,
    )
    const facts = httpFacts({}, { path })
    expect(word(reading, { ...question(['read']), facts })).toBe('not-understood')
  })

  test.each([1.5, -1, Number.NaN, 1e20, Number.POSITIVE_INFINITY])('%d rows are a refusal', (rows) => {
    expect(word(policy(READS), question(['read'], { rows }))).toBe('policy-error')
  })

  test.each([24, -1, 3.5, Number.NaN])('the hour %d is a refusal', (hour) => {
    const circumstances = { hour, signals: [], session: { labels: [], untrusted: false } }
    expect(word(policy(READS), question(['read'], {}, { circumstances }))).toBe('policy-error')
  })
})

describe('when the engine fails', () => {
  const broken: readonly (readonly [string, CedarEngine['statefulIsAuthorized']])[] = [
    [
      'throws',
      () => {
        throw new Error('unreachable')
      },
    ],
    ['answers a failure', () => ({ type: 'failure', errors: [], warnings: [] })],
    [
      'allows with an error',
      () => ({
        type: 'success',
        warnings: [],
        response: {
          decision: 'allow',
          diagnostics: { reason: ['reads'], errors: [{ policyId: 'reads', error: DETAIL }] },
        },
      }),
    ],
    [
      'allows with a warning',
      () => ({
        type: 'success',
        warnings: [DETAIL],
        response: { decision: 'allow', diagnostics: { reason: ['reads'], errors: [] } },
      }),
    ],
    [
      'allows for no reason',
      () => ({
        type: 'success',
        warnings: [],
        response: { decision: 'allow', diagnostics: { reason: [], errors: [] } },
      }),
    ],
    [
      'allows by a policy of another set',
      () => ({
        type: 'success',
        warnings: [],
        response: { decision: 'allow', diagnostics: { reason: ['policy0'], errors: [] } },
      }),
    ],
    [
      'allows by a forbid',
      () => ({
        type: 'success',
        warnings: [],
        response: { decision: 'allow', diagnostics: { reason: ['no'], errors: [] } },
      }),
    ],
  ]
  test.each(broken)(
    claim(['P1', 'G5'], 'core', 'an engine that %s permits nothing and gives no right'),
    (_, statefulIsAuthorized) => {
      const rights = '@id("d") permit (principal, action == Action::"decide", resource);'
      const text = `${READS}@id("no") forbid (principal, action == Action::"write", resource);`
      const loaded = loadPolicies(sources(text, rights), {
        ...GIVEN,
        cedar: { ...GIVEN.cedar, statefulIsAuthorized },
      })
      if (loaded.kind === 'rejected') throw new Error('the set loads')
      expect(word(loaded.policy, question(['read']))).toBe('policy-error')
      expect(loaded.policy.permits(name('person', 'ann'), 'decide', CRM, DIRECTORY)).toBe(false)
    },
  )

  const DETAIL = { message: '', help: null, code: null, url: null, severity: null }

  test('a question that is not whole is a refusal and no crash', () => {
    const torn = question(['read'])
    Reflect.deleteProperty(torn.facts, 'labels')
    expect(word(policy(READS), torn)).toBe('policy-error')
  })

  test('a word that is no effect is a refusal', () => {
    const asked = question(['read', 'evaporate' as 'read'])
    expect(word(policy(READS), asked)).toBe('policy-error')
  })
})

describe('the strictest answer counts', () => {
  const AGENTS_ONLY =
    '@id("agents") forbid (principal in Group::"contractors", action == Action::"read", resource);'

  test(claim('P1', 'core', 'every agent of the chain and every person acted for is asked about'), () => {
    const set = policy(READS + AGENTS_ONLY)
    const of = (agents: string[], people: string[] = []) =>
      question(['read'], {}, { caller: callerOf(agents, people) })
    expect(word(set, of(['helper']))).toBe('allow')
    expect(word(set, of(['helper', 'bot']))).toBe('not-permitted')
    expect(word(set, of(['bot', 'helper']))).toBe('not-permitted')
    const noOmar = policy(
      `${READS}@id("o") forbid (principal == Person::"omar", action == Action::"read", resource);`,
    )
    expect(noOmar.decide(of(['helper'], ['omar']), DIRECTORY)).toMatchObject({
      why: { link: 'omar', rules: ['o'] },
    })
    // The owner answers for the agents, and is no principal.
    expect(word(noOmar, question(['read'], {}, { caller: callerOf(['helper'], [], 'omar') }))).toBe('allow')
  })

  test('a person alone is asked about', () => {
    const people = policy('@id("p") permit (principal is Person, action == Action::"read", resource);')
    expect(word(people, question(['read'], {}, { caller: callerOf([], ['ann'], 'ann') }))).toBe('allow')
    expect(word(people, question(['read'], {}, { caller: callerOf(['helper'], ['ann']) }))).toBe(
      'not-permitted',
    )
  })

  test.each([
    ['nobody in it', callerOf([], [])],
    ['an agent that the directory does not know', callerOf(['helper', 'ghost'])],
    ['a person that the directory does not know', callerOf(['helper'], ['ghost'])],
    ['an owner that the directory does not know', callerOf(['helper'], [], 'ghost')],
  ])(claim('G5', 'core', 'a chain with %s is refused'), (_, caller) => {
    expect(word(policy(READS), question(['read'], {}, { caller }))).toBe('unresolved-caller')
  })

  test('of several effects the strictest decides, and the verdict says which', () => {
    const set = policy(READS + HELD)
    expect(word(set, question(['read']))).toBe('allow')
    expect(set.decide(question(['read', 'write']), DIRECTORY)).toMatchObject({
      kind: 'hold',
      why: { effect: 'write', link: 'helper', rules: ['held'] },
    })
    expect(set.decide(question(['read', 'write', 'delete']), DIRECTORY)).toMatchObject({
      kind: 'refuse',
      code: 'not-permitted',
      why: { effect: 'delete', rules: [], because: 'no policy permits `delete` to `helper`' },
    })
  })

  test('what was not understood is judged as an execution too', () => {
    expect(word(policy(READS), question(['read'], { understood: false }))).toBe('not-permitted')
  })

  test('a satisfied hold holds beside a plain permit, with its sentence and its controls', () => {
    expect(decide(WRITES + HELD, question(['write']))).toMatchObject({
      kind: 'hold',
      why: { rules: ['held'], because: 'a reviewer looks at it', controls: ['SOC2:CC8.1'] },
    })
  })

  test('a forbid beats every hold', () => {
    const no =
      '@id("no") @because("not on a Friday") forbid (principal, action == Action::"write", resource);'
    expect(decide(HELD + no, question(['write']))).toMatchObject({
      kind: 'refuse',
      why: { rules: ['no'], because: 'not on a Friday' },
    })
  })

  test(
    claim('P1', 'core', 'several holds add up: all groups, the largest quorum of each, the shortest time'),
    () => {
      const verdict = decide(
        `@id("a") @hold("reviewers") @approvals("2") @within("2h") @waivable("8h, 20 uses") permit (principal, action == Action::"write", resource);
       @id("b") @hold("security, reviewers") @within("5m") @waivable("1d, 3 uses") permit (principal, action == Action::"write", resource);
       @id("c") @hold("security") @reason("required") permit (principal, action == Action::"delete", resource);`,
        question(['write', 'delete']),
      )
      expect(verdict).toMatchObject({ kind: 'hold', why: { rules: ['a', 'b', 'c'] } })
      expect(verdict.kind === 'hold' && verdict.terms).toEqual({
        groups: [
          { group: 'reviewers', approvals: 2 },
          { group: 'security', approvals: 1 },
        ],
        withinMs: 300_000,
        reasonRequired: true,
        // One of them is never waived, so together they are not.
        waivable: null,
      })
    },
  )

  test('two waivable holds are waived as far as both let', () => {
    const verdict = decide(
      `@id("a") @hold("reviewers") @waivable("8h, 20 uses") permit (principal, action == Action::"write", resource);
       @id("b") @hold("reviewers") @waivable("1d, 3 uses") permit (principal, action == Action::"write", resource);`,
      question(['write']),
    )
    expect(verdict.kind === 'hold' && verdict.terms.waivable).toEqual({ uses: 3, forMs: 28_800_000 })
  })

  test('an empty set permits nothing', () => {
    expect(word(policy(''), question(['read']))).toBe('not-permitted')
  })
})
