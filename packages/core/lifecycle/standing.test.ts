import { claim } from '@sallyport/testkit/claim'
import { actionOf } from '@sallyport/testkit/lives'
import { httpFacts, name } from '@sallyport/testkit/policy'
import { expect, test } from 'vitest'
import { spelledOnce } from '../action/canonical.ts'
import type { FactName } from '../facts/facts.ts'
import { callerKey, waivableOf } from './standing.ts'

const TERMS = {
  groups: [{ group: name('group', 'reviewers'), approvals: 1 }],
  withinMs: 60_000,
  reasonRequired: false,
  waivable: { uses: 5, forMs: 3_600_000 },
} as const

test.each<[FactName, boolean]>([
  ['operation', false],
  ['http.query', false],
  ['http.type', false],
  ['http.body', false],
  ['rows', true],
  ['unbounded', true],
])(claim('A8', 'core', 'of an action whose `%s` nobody knows something can be waived: %s'), (fact, can) => {
  const waivable = waivableOf({ facts: httpFacts({ unknown: [fact] }) }, TERMS)
  expect(waivable).toEqual(can ? TERMS.waivable : null)
})

test('equal chains have one key, remembered or not, and one that may still change is spelled anew', () => {
  const { caller } = actionOf(1)
  const remembered = spelledOnce({ ...caller })
  expect(new Set([callerKey(remembered), callerKey(remembered), callerKey(caller)]).size).toBe(1)
  const changing = { ...caller }
  const before = callerKey(changing)
  changing.owner = name('person', 'olga')
  expect(callerKey(changing)).not.toBe(before)
})
