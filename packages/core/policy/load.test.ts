import { claim } from '@sallyport/testkit/claim'
import { CRM, DIRECTORY, GIVEN, load, name, policy, question, sources } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import type { CedarEngine } from './engine.ts'
import { loadPolicies } from './load.ts'

const READS = '@id("reads") permit (principal, action == Action::"read", resource);'
const REVIEWERS = '@id("reviewers") permit (principal, action == Action::"decide", resource);'

function problemsOf(actions: string, people = '', admin = ''): readonly string[] {
  const loaded = load(actions, people, admin)
  return loaded.kind === 'loaded' ? [] : loaded.problems.map(({ message }) => message)
}

describe('a set is refused at load', () => {
  const permit = (annotations: string, rest = '') =>
    `@id("x") ${annotations} permit (principal, action == Action::"write", resource) ${rest};`
  const forbid = (annotations: string) =>
    `@id("x") ${annotations} forbid (principal, action == Action::"write", resource);`

  test.each([
    [
      'a policy without an action scope',
      '@id("x") permit (principal, action, resource);',
      'without an action scope',
    ],
    [
      'a forbid without an action scope',
      '@id("x") forbid (principal, action, resource);',
      'without an action scope',
    ],
    [
      'a policy about actions that lets people decide',
      '@id("x") permit (principal, action == Action::"decide", resource);',
      'no action of the set',
    ],
    [
      'a policy about actions that hides administration in a list',
      '@id("x") permit (principal, action in [Action::"read", Action::"operate"], resource);',
      'no action of the set',
    ],
    ['a bare @hold, which Cedar reads as nothing', permit('@hold'), '`@hold` without a value'],
    ['an empty @hold', permit('@hold("")'), '`@hold` without a value'],
    ['a misspelt annotation', permit('@hodl("reviewers")'), 'unknown annotation `@hodl`'],
    ['an annotation named like a part of JavaScript', permit('@constructor("x")'), 'unknown annotation'],
    ['an annotation named __proto__', permit('@__proto__("x")'), 'unknown annotation'],
    ['a @hold on a forbid', forbid('@hold("reviewers")'), '`@hold` on a forbid'],
    ['a @within on a forbid', forbid('@within("5m")'), '`@within` on a forbid'],
    ['an obligation without its hold', permit('@approvals("2")'), '`@approvals` without `@hold`'],
    ['a reason that nothing would ask for', permit('@reason("required")'), '`@reason` without `@hold`'],
    [
      'a passkey, which this build cannot ask for',
      permit('@hold("reviewers") @passkey("yes")'),
      'cannot honour `@passkey`',
    ],
    [
      'an escalation, which this build cannot carry out',
      permit('@hold("reviewers") @escalate("security after 10m")'),
      'cannot honour `@escalate`',
    ],
    ['unmasking, which this build cannot carry out', permit('@show("email")'), 'cannot honour `@show`'],
    ['approvals of none', permit('@hold("reviewers") @approvals("0")'), '`@approvals` is not a count'],
    ['approvals in words', permit('@hold("reviewers") @approvals("two")'), '`@approvals` is not a count'],
    ['a wait of no length', permit('@hold("reviewers") @within("0m")'), '`@within` is not a time'],
    ['a wait of eight days', permit('@hold("reviewers") @within("8d")'), '`@within` is not a time'],
    ['a wait without a unit', permit('@hold("reviewers") @within("15")'), '`@within` is not a time'],
    ['a waiver without a count', permit('@hold("reviewers") @waivable("8h")'), '`@waivable` is not a bound'],
    [
      'a waiver for a year',
      permit('@hold("reviewers") @waivable("365d, 20 uses")'),
      '`@waivable` is not a bound',
    ],
    [
      'a waiver for ever so many uses',
      permit('@hold("reviewers") @waivable("8h, 9999 uses")'),
      '`@waivable` is not a bound',
    ],
    [
      'a reason that is something else',
      permit('@hold("reviewers") @reason("maybe")'),
      '`@reason` knows one value',
    ],
    [
      'a sentence with a mark that turns its direction',
      permit('@because("fine \u202e enif")'),
      'not one plain sentence',
    ],
    ['a sentence of two lines', permit('@because("fine\nreally")'), 'not one plain sentence'],
    ['a control that is none', permit('@controls("CC8.1")'), '`@controls` is not a list'],
    ['a group held for twice', permit('@hold("reviewers, reviewers")'), '`@hold` is not a list of groups'],
    [
      'a hold for a group that does not exist',
      permit('@hold("reveiwers")'),
      'there is no `Group::"reveiwers"`',
    ],
    [
      'a policy about a group that does not exist',
      '@id("x") forbid (principal in Group::"contractor", action == Action::"write", resource);',
      'there is no `Group::"contractor"`',
    ],
    [
      'a condition about a group that does not exist',
      permit('', 'unless { principal in [Group::"staff", Group::"stuff"] }'),
      'there is no `Group::"stuff"`',
    ],
    [
      'a forbid in an environment that does not exist',
      '@id("x") forbid (principal, action == Action::"write", resource in Environment::"pord");',
      'there is no `Environment::"pord"`',
    ],
    [
      'a resource that does not exist',
      permit('', 'when { resource == Resource::"cmr" }'),
      'there is no `Resource::"cmr"`',
    ],
    ['a misspelt fact', permit('', 'when { context.row > 100 }'), 'attribute `row`'],
    [
      'a misspelt fact behind `has`, which is only a warning',
      permit('', 'when { context has row && context.row > 100 }'),
      'impossible',
    ],
    [
      'a misspelt effect',
      '@id("x") permit (principal, action == Action::"raed", resource);',
      'no action of the set',
    ],
    [
      'a group of actions as if it were one',
      '@id("x") permit (principal, action == Action::"change", resource);',
      'no action of the set',
    ],
    [
      'letters of two alphabets in one word',
      permit('', 'when { resource.kind == "\u0430dmin" }'),
      'mixed scripts',
    ],
    [
      'a template',
      '@id("x") permit (principal == ?principal, action == Action::"read", resource);',
      'template',
    ],
    ['a policy without an id', 'permit (principal, action == Action::"read", resource);', 'without `@id`'],
    [
      'an id that is no name',
      '@id("Reads All") permit (principal, action == Action::"read", resource);',
      'no policy id',
    ],
    ['an id that is taken', `${READS}\n${READS}`, 'is taken by'],
    ['half a policy', '@id("x") permit (principal, action == Action::"read"', 'unexpected end'],
    ['something after the last policy', `${READS} and more`, 'unexpected'],
  ])('%s', (_, actions, message) => {
    expect(problemsOf(actions).join('\n')).toContain(message)
  })

  test('and one that speaks of Sallyport itself is not, whatever is configured', () => {
    const own = (scope: string) =>
      `@id("x") @hold("reviewers") permit (principal, action == Action::"grant", ${scope});`
    expect(problemsOf(own('resource == Resource::"sallyport"'))).toEqual([])
    expect(problemsOf(own('resource in Environment::"sallyport"'))).toEqual([])
  })

  test('an id that another set has taken', () => {
    const again = REVIEWERS.replace('reviewers', 'reads')
    expect(problemsOf(READS, again).join()).toContain('the id `reads` is taken by actions/test.cedar:1')
  })

  test.each([
    ['the people set', REVIEWERS.replace('@id', '@hold("security") @id'), ''],
    [
      'the admin set',
      '',
      '@id("o") @hold("security") permit (principal, action == Action::"operate", resource);',
    ],
  ])('a hold in %s, where nothing is held', (_, people, admin) => {
    expect(problemsOf('', people, admin).join()).toContain('`@hold` outside the set `actions`')
  })

  test.each([
    [
      'an agent as a decider',
      '@id("x") permit (principal is Agent, action == Action::"decide", resource);',
      '',
    ],
    [
      'an agent as an administrator',
      '',
      '@id("x") permit (principal is Agent, action == Action::"operate", resource);',
    ],
    [
      'an effect among the rights',
      '@id("x") permit (principal, action in [Action::"decide", Action::"read"], resource);',
      '',
    ],
    [
      'a right on another gateway',
      '',
      '@id("x") permit (principal, action == Action::"operate", resource == Gateway::"other");',
    ],
  ])('%s', (_, people, admin) => {
    expect(problemsOf('', people, admin)).not.toEqual([])
  })

  test('with every problem at once, each where it stands', () => {
    const text = `// two mistakes\n${READS}\n\n@id("a") @hodl("x")\npermit (principal, action == Action::"read", resource);\n\n@id("b")\npermit (principal, action == Action::"read", resource)\nwhen {\n  // "; not an end"\n  context.rwos > 1 };`
    const loaded = load(text)
    const places =
      loaded.kind === 'loaded' ? [] : loaded.problems.map(({ file, line, policy: id }) => [file, line, id])
    expect(places).toEqual([
      ['actions/test.cedar', 4, 'a'],
      ['actions/test.cedar', 11, 'b'],
    ])
  })
})

describe('what a loaded set says of itself', () => {
  test('a hold has the terms that its annotations say', () => {
    const [hold] = policy(
      '@id("x") @hold("reviewers, security") @approvals("2") @within("2h") @reason("required") @waivable("8h, 20 uses") permit (principal, action in Action::"change", resource);',
    ).holds()
    expect(hold?.hold).toEqual({
      groups: [
        { group: 'reviewers', approvals: 2 },
        { group: 'security', approvals: 2 },
      ],
      withinMs: 7_200_000,
      reasonRequired: true,
      waivable: { uses: 20, forMs: 28_800_000 },
    })
    expect(hold?.effects.toSorted()).toEqual(['define', 'delete', 'execute', 'grant', 'write'])
  })

  test('a hold that says no time waits a quarter of an hour, for one, and is not waived', () => {
    const [hold] = policy(
      '@id("x") @hold("reviewers") permit (principal, action in Action::"change", resource);',
    ).holds()
    expect(hold?.hold).toEqual({
      groups: [{ group: 'reviewers', approvals: 1 }],
      withinMs: 900_000,
      reasonRequired: false,
      waivable: null,
    })
  })

  test('the digest is of the content, whatever the order of the files', () => {
    const files = [
      { path: 'actions/a.cedar', text: READS },
      { path: 'actions/b.cedar', text: READS.replace('reads', 'reads-too') },
    ]
    const digest = (actions: typeof files) => {
      const loaded = loadPolicies({ actions, people: [], admin: [] }, GIVEN)
      return loaded.kind === 'loaded' ? loaded.policy.digest : null
    }
    expect(digest(files)).toMatch(/^[0-9a-f]{64}$/)
    expect(digest(files.toReversed())).toBe(digest(files))
    expect(digest(files.slice(1))).not.toBe(digest(files))
  })
})

describe('reloading', () => {
  const read = question(['read'])

  test(claim(['P1', 'G5'], 'core', 'a set that does not load leaves the old one serving'), () => {
    const old = policy(READS)
    const before = old.decide(read, DIRECTORY)
    for (let again = 0; again < 3; again++) {
      expect(load('@id("x") permit (principal, action, resource);').kind).toBe('rejected')
    }
    expect(old.decide(read, DIRECTORY)).toEqual(before)
    expect(before.kind).toBe('allow')
  })

  test('a set that the engine cannot prepare leaves the old one serving', () => {
    let broken = false
    const cedar: CedarEngine = {
      ...GIVEN.cedar,
      preparsePolicySet: (id, policies) =>
        broken ? { type: 'failure', errors: [] } : GIVEN.cedar.preparsePolicySet(id, policies),
    }
    const loadThere = () => loadPolicies(sources(READS), { ...GIVEN, cedar })
    const old = loadThere()
    broken = true
    expect(loadThere().kind).toBe('rejected')
    expect(old.kind === 'loaded' && old.policy.judge(read, DIRECTORY).verdict.kind).toBe('allow')
  })

  test('no set is ever answered by its successor, however many came after it', () => {
    const reads = policy(READS, REVIEWERS)
    const nothing = [1, 2, 3].map(() =>
      policy('@id("n") forbid (principal, action == Action::"read", resource);'),
    )
    const kinds = () => nothing.map((set) => set.judge(read, DIRECTORY).verdict.kind)
    expect(reads.judge(read, DIRECTORY).verdict.kind).toBe('allow')
    expect(kinds()).toEqual(['refuse', 'refuse', 'refuse'])
    expect(reads.judge(read, DIRECTORY).verdict.kind).toBe('allow')
    expect(reads.permits(name('person', 'ann'), 'decide', CRM, DIRECTORY)).toBe(true)
  })
})
