import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, type PolicySources } from '@sallyport/core/policy/compile'
import { loadPolicies } from '@sallyport/core/policy/load'
import type { SetName } from '@sallyport/core/policy/schema'
import { runPolicyTests } from '@sallyport/core/policy/testing'
import { claim } from '@sallyport/testkit/claim'
import { GIVEN, name } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const FOLDER = join(import.meta.dirname, 'policies')
const filesOf = (set: SetName) =>
  globSync(`${set}/*.cedar`, { cwd: FOLDER }).map((path) => ({
    path,
    text: readFileSync(join(FOLDER, path), 'utf8'),
  }))
const STARTER: PolicySources = {
  actions: filesOf('actions'),
  people: filesOf('people'),
  admin: filesOf('admin'),
}

/** What the starter speaks of, and nothing else: whoever starts has to have no more than this. */
const THERE = {
  ...GIVEN,
  groups: new Set(['reviewers', 'operators'].map((id) => name('group', id))),
  environments: new Set([name('environment', 'prod')]),
  resources: new Set([]),
}

describe('the starter policies', () => {
  test('are six, each with a comment, and load with two groups and one environment', () => {
    const compiled = compile(STARTER, GIVEN.cedar)
    expect(compiled.kind === 'compiled' && compiled.rules.length).toBe(6)
    expect(loadPolicies(STARTER, THERE)).toMatchObject({ kind: 'loaded' })
    for (const { text } of Object.values(STARTER).flat()) expect(text).toMatch(/^\/\/ /)
  })

  test(claim('P1', 'core', 'the starter policies do what their own tests say'), () => {
    const loaded = loadPolicies(STARTER, THERE)
    if (loaded.kind === 'rejected') throw new Error('the starter policies do not load')
    const groups = new Map([...THERE.groups].map((id) => [id, { id, in: [] }]))
    const ran = runPolicyTests(parse(readFileSync(join(FOLDER, 'tests.yaml'), 'utf8')), loaded.policy, groups)
    expect(ran.kind === 'malformed' ? ran.problems : ran.results.filter(({ passed }) => !passed)).toEqual([])
    expect(ran.kind === 'ran' && ran.results.length).toBe(18)
  })
})
