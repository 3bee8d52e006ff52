import { claim } from '@sallyport/testkit/claim'
import { DIRECTORY, policy } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import { runPolicyTests } from './testing.ts'

const SET = policy(
  `@id("reads") permit (principal in Group::"staff", action == Action::"read", resource);
   @id("writes") @hold("reviewers") permit (principal, action == Action::"write", resource);`,
  '@id("decides") permit (principal in Group::"reviewers", action == Action::"decide", resource);',
  '@id("operates") permit (principal in Group::"operators", action == Action::"operate", resource);',
)

const READ = {
  name: 'an agent reads',
  caller: { agent: 'helper', groups: ['agents'] },
  resource: { id: 'crm', environments: ['prod'] },
  effects: ['read'],
  expect: 'allow',
}

function run(...cases: readonly object[]) {
  return runPolicyTests(cases, SET, DIRECTORY.groups)
}

describe('policy tests as data', () => {
  test(
    claim(
      'P1',
      'core',
      'a policy test passes where the verdict and its rules are the expected ones, and says why where not',
    ),
    () => {
      const ran = run(
        READ,
        { ...READ, rules: ['reads'] },
        { ...READ, rules: ['writes'] },
        { ...READ, expect: 'hold' },
        { ...READ, effects: ['write'], expect: 'hold', rules: ['writes'] },
        { ...READ, caller: { agent: 'helper', groups: ['contractors'] }, expect: 'refuse' },
        { ...READ, caller: { person: 'ann', groups: ['reviewers'] } },
      )
      expect(ran.kind === 'ran' && ran.results.map(({ passed }) => passed)).toEqual([
        true,
        true,
        false,
        false,
        true,
        true,
        true,
      ])
      expect(ran.kind === 'ran' && ran.results[2]).toMatchObject({
        expected: 'allow by writes',
        got: 'allow by reads',
      })
      expect(ran.kind === 'ran' && ran.results[3]?.says[0]).toContain('Allowed')
    },
  )

  test('rights are tested like actions', () => {
    const { resource } = READ
    const ran = run(
      {
        name: 'decides',
        caller: { person: 'ann', groups: ['reviewers'] },
        right: 'decide',
        resource,
        expect: 'allow',
      },
      {
        name: 'does not',
        caller: { person: 'omar', groups: ['operators'] },
        right: 'decide',
        resource,
        expect: 'refuse',
      },
      {
        name: 'operates',
        caller: { person: 'omar', groups: ['operators'] },
        right: 'operate',
        expect: 'allow',
      },
      {
        name: 'does not audit',
        caller: { person: 'omar', groups: ['operators'] },
        right: 'audit',
        expect: 'allow',
      },
    )
    expect(ran.kind === 'ran' && ran.results.map(({ passed }) => passed)).toEqual([true, true, true, false])
  })

  test.each([
    ['a misspelt field', { ...READ, effekts: [] }, 'unknown field `effekts`'],
    ['a misspelt fact', { ...READ, facts: { lables: ['secret'] } }, '`facts`: unknown field `lables`'],
    ['an unknown fact that is none', { ...READ, facts: { unknown: ['lables'] } }, '`unknown` is none of'],
    ['no name', { ...READ, name: undefined }, '`name` is no text'],
    ['an effect that is none', { ...READ, effects: ['reed'] }, '`effects` is none of read'],
    ['no effect', { ...READ, effects: [] }, '`effects` is empty'],
    ['no caller', { ...READ, caller: {} }, 'name one of `agent` and `person`'],
    ['two callers', { ...READ, caller: { agent: 'a', person: 'b' } }, 'name one of `agent` and `person`'],
    [
      'a resource without an environment',
      { ...READ, resource: { id: 'crm', environments: [] } },
      '`environments` is empty',
    ],
    ['an expectation that is none', { ...READ, expect: 'denied' }, '`expect` is none of allow, hold, refuse'],
    ['rows that are no number', { ...READ, facts: { rows: '5' } }, '`rows` is no whole number'],
    [
      'an agent with a right',
      { name: 'x', caller: { agent: 'a' }, right: 'operate', expect: 'allow' },
      'only a person',
    ],
    ['something else', 'a test', 'this is no record'],
  ])('a test with %s is told and not run', (_, item, problem) => {
    const ran = runPolicyTests([READ, item], SET, DIRECTORY.groups)
    expect(ran.kind === 'malformed' && ran.problems.join()).toContain(problem)
    expect(ran.kind === 'malformed' && ran.problems.join()).toContain('test 2')
  })

  test('what is no list is told', () => {
    expect(runPolicyTests({ tests: [] }, SET, DIRECTORY.groups)).toEqual({
      kind: 'malformed',
      problems: ['policy tests are a list'],
    })
  })
})
