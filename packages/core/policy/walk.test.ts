import { GIVEN, policy } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import { plansOf } from './plan.ts'
import { type Reads, readsOf } from './walk.ts'

function readsOfText(condition: string, principal = 'principal'): Reads {
  const parsed = GIVEN.cedar.policyToJson(`permit (${principal}, action, resource) when { ${condition} };`)
  if (parsed.type === 'failure') throw new Error(`\`${condition}\` does not parse`)
  return readsOf(parsed.json)
}

describe('what a condition reads', () => {
  test.each([
    ['context.rows > 3', ['rows']],
    ['context["rows"] > 3', ['rows']],
    ['context has rows', ['rows']],
    ['context has http.path', ['http.path']],
    ['context.http.path like "/x*"', ['http.path']],
    ['context.http == {method: "GET", path: "/", query: []}', ['http']],
    ['!(context.deferred) || -context.rows < 1 + context.hour', ['deferred', 'rows', 'hour']],
    ['if context.understood then context.unbounded else false', ['understood', 'unbounded']],
    ['["x"].containsAll(context.labels) && context.session.labels.isEmpty()', ['labels', 'session.labels']],
    ['{a: context.rows}.a == 1', ['rows']],
    ['[context.rows].contains(2)', ['rows']],
    ['context == context', ['']],
    ['{a: context}.a.rows == 1', ['']],
    ['resource.region == "eu" && action == Action::"read"', []],
  ])('%s', (condition, paths) => {
    expect([...readsOfText(condition).paths]).toEqual(paths)
  })

  test.each([
    ['principal == Agent::"a"', ['a']],
    ['Agent::"a" != principal', ['a']],
    ['principal in Group::"g"', ['g']],
    ['principal in [Group::"g", Group::"h"]', ['g', 'h']],
    ['principal is Agent in Group::"g"', ['g']],
    ['principal is Agent', []],
  ])('%s is a test of the principal', (condition, ids) => {
    const { tests, wholePrincipal } = readsOfText(condition)
    expect([tests.map(({ id }) => id), wholePrincipal]).toEqual([ids, false])
  })

  test.each([
    'principal == resource',
    'principal in resource',
    '[principal].contains(Agent::"a")',
    '(if context.rows > 1 then principal else principal) in Group::"g"',
  ])('%s takes the principal whole', (condition) => {
    expect(readsOfText(condition).wholePrincipal).toBe(true)
  })

  test.each([
    'ip("10.0.0.1").isLoopback()',
    'principal.hasTag("x")',
    'decimal("1.0").lessThan(decimal("2.0"))',
  ])('nothing is concluded from %s', (condition) => {
    const { opaque, paths, wholePrincipal } = readsOfText(condition)
    expect([opaque, [...paths], wholePrincipal]).toEqual([true, [''], true])
  })

  test('the scope counts, and every entity that is named anywhere', () => {
    const reads = readsOfText(
      '[Group::"x"].contains(Group::"y") && resource in Environment::"prod"',
      'principal is Agent in Group::"g"',
    )
    expect(reads.tests).toEqual([{ type: 'Group', id: 'g' }])
    expect(reads.named.map(({ id }) => id)).toEqual(['g', 'x', 'y', 'prod'])
  })
})

describe('what may be remembered', () => {
  const planOf = (condition: string) =>
    plansOf(
      policy(`@id("x") permit (principal, action == Action::"read", resource) when { ${condition} };`).rules,
    )

  test.each([
    ['context.rows > 3', true],
    ['context.hour > 3', true],
    ['context.signals.isEmpty()', false],
    ['context.session.untrusted', false],
    ['context == context && context.rows > 3', false],
    ['ip("10.0.0.1").isLoopback() || context.rows > 3', false],
  ])('%s: %s', (condition, cacheable) => {
    expect(planOf(condition).read.cacheable).toBe(cacheable)
    // Nobody pays for what another effect's policies read.
    expect(planOf(condition).write.cacheable).toBe(true)
  })
})
