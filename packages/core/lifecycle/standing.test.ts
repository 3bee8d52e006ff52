import { claim } from '@sallyport/testkit/claim'
import { httpFacts, name } from '@sallyport/testkit/policy'
import { expect, test } from 'vitest'
import type { FactName } from '../facts/facts.ts'
import { waivableOf } from './standing.ts'

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
