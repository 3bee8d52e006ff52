import { claim } from '@sallyport/testkit/claim'
import { DIRECTORY, name, policy, question } from '@sallyport/testkit/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeHttp } from './describe.ts'
import type { HttpRoute } from './route.ts'
import { parseHttpText } from './text.ts'

const ROUTES: readonly HttpRoute[] = [
  {
    method: 'GET',
    path: '/v2/admin/{user}',
    effects: null,
    datasets: [],
    labels: [],
    operation: null,
    speaks: null,
  },
  {
    method: 'DELETE',
    path: '/files/{name}',
    effects: null,
    datasets: [],
    labels: [],
    operation: null,
    speaks: null,
  },
  {
    method: 'GET',
    path: '/salaries',
    effects: null,
    datasets: [],
    labels: ['pii'],
    operation: null,
    speaks: null,
  },
]

function described(text: string) {
  const message = parseHttpText(text)
  if (message.kind === 'unclear') throw new Error(message.why)
  return describeHttp(
    message,
    { id: name('resource', 'crm'), address: { hostname: 'crm.test' }, routes: ROUTES },
    null,
  )
}

/** The unknown facts that a policy may read as a text or a set. */
function unknown(text: string): readonly string[] {
  return described(text).facts.unknown.filter((fact) => fact !== 'rows' && fact !== 'unbounded')
}

describe('a path that is not all said is unknown', () => {
  test.each([
    ['/', []],
    ['/payroll', []],
    ['/payroll/', ['operation', 'http.path']],
    ['/payroll/1', ['operation', 'http.path']],
    ['/v1/admin/users', ['operation', 'http.path']],
    ['/v2/admin/ann', []],
    ['/4711', ['operation', 'datasets', 'http.path']],
  ])('%s', (path, facts) => {
    expect(unknown(`GET ${path}`)).toEqual(facts)
  })
})

describe('a first segment that servers fold leaves datasets and path unknown', () => {
  test.each([
    '/Payroll/1',
    '/PAYROLL',
    '/payroll.json',
    '/payroll.',
    '/payroll%20',
    '/payroll%C2%A0',
    '/payroll;x/1',
    '/payroll[1]',
    '/%EF%BD%90ayroll',
    '/payroll%C2%AD',
  ])('%s', (path) => {
    expect(unknown(`GET ${path}`)).toEqual(['operation', 'datasets', 'http.path'])
  })
})

describe('query keys that servers read in several ways are unknown', () => {
  test.each([
    ['full=1', []],
    ['%66ull=1&page=2', []],
    ['q=a%3Bb', []],
    ['a=1;full=1', ['http.query']],
    ['Full=1', ['http.query']],
    ['full[]=1', ['http.query']],
    ['full%5B%5D=1', ['http.query']],
    ['full.x=1', ['http.query']],
    ['full%00=1', ['http.query']],
    ['+full=1', ['http.query']],
    ['full%20=1', ['http.query']],
    ['%EF%BD%86ull=1', ['http.query']],
    ['include_all_2024_2025=1', ['http.query']],
    ['=1', ['http.query']],
  ])('?%s', (query, facts) => {
    expect(unknown(`GET /x?${query}`)).toEqual(facts)
  })

  test('a key that looks like a name is kept as it was sent', () => {
    expect(described('GET /x?Full=1&full%00=1').facts).toMatchObject({ http: { query: ['Full', '{}'] } })
  })
})

describe('a method in the query is not understood, however it is spelt', () => {
  test.each([
    '_method=DELETE',
    '%5Fmethod=DELETE',
    '_METHOD=DELETE',
    '_method%00x=DELETE',
    'a=1;_method=DELETE',
    'a=1&_method[]=DELETE',
    '_method%5B0%5D=DELETE',
    '.method=DELETE',
    '+_method=DELETE',
    '_method+=DELETE',
    '%EF%BC%BFmethod=DELETE',
    'X-HTTP-Method-Override=DELETE',
  ])('?%s', (query) => {
    for (const path of ['/x', '/v2/admin/ann']) {
      const { facts, effects } = described(`GET ${path}?${query}`)
      expect(facts.understood).toBe(false)
      expect(effects).toEqual(['execute'])
      // What the other method would do has another route, so that nothing of this one holds.
      expect(facts.unknown).toEqual(expect.arrayContaining(['operation', 'datasets', 'labels', 'http.path']))
    }
  })

  test.each(['method=sms', 'payment_method=card', '_methods=1', 'q=_method'])('?%s is none', (query) => {
    expect(described(`GET /x?${query}`).facts.understood).toBe(true)
  })
})

describe('a forbid about HTTP is never passed in silence', () => {
  const ANY = '(principal, action in [Action::"read", Action::"execute"], resource)'
  const forbidding = (condition: string) =>
    policy(`@id("all") permit ${ANY}; @id("never") forbid ${ANY} when { ${condition} };`)
  const RULES = {
    datasets: forbidding('context.datasets.contains("payroll")'),
    path: forbidding('context.http.path like "/v1/admin/*"'),
    operation: forbidding('context.operation like "GET /v1/admin/*"'),
    query: forbidding('context.http.query.contains("full")'),
    labels: forbidding('context.labels.contains("pii")'),
  }

  test.each<[keyof typeof RULES, string, string]>([
    ['datasets', '/payroll/1', 'not-permitted'],
    ['datasets', '/Payroll/1', 'not-understood'],
    ['datasets', '/PAYROLL', 'not-understood'],
    ['datasets', '/payroll.json', 'not-understood'],
    ['datasets', '/payroll;x/1', 'not-understood'],
    ['datasets', '/customers/1', 'allow'],
    ['path', '/v1/admin/users', 'not-understood'],
    ['path', '/v1/Admin/users', 'not-understood'],
    ['path', '/v2/admin/ann', 'allow'],
    ['path', '/customers', 'allow'],
    ['operation', '/v1/admin/users', 'not-understood'],
    ['query', '/x?%66ull=1', 'not-permitted'],
    ['query', '/x?a=1;full=1', 'not-understood'],
    ['query', '/x?Full=1', 'not-understood'],
    ['query', '/x?full[]=1', 'not-understood'],
    ['query', '/x?full%00=1', 'not-understood'],
    ['query', '/x?+full=1', 'not-understood'],
    ['query', '/x/7?page=1', 'allow'],
    ['labels', '/salaries', 'not-permitted'],
    ['labels', '/;x/salaries', 'not-understood'],
    ['labels', '/salaries/;x/;y', 'not-understood'],
    ['labels', '/%20/salaries', 'not-understood'],
    ['labels', '/%E2%80%8B/salaries', 'not-understood'],
    ['labels', '/salaries%3Fx', 'not-understood'],
    ['labels', '/salaries%23', 'not-understood'],
    ['labels', '/elsewhere/;x', 'allow'],
  ])(claim(['P1', 'G5'], 'core', '%s: GET %s → %s'), (about, path, word) => {
    const { facts, effects } = described(`GET ${path}`)
    const verdict = RULES[about].decide({ ...question(effects), facts }, DIRECTORY)
    expect(verdict.kind === 'refuse' ? verdict.code : verdict.kind).toBe(word)
  })
})

describe('what is stated as known has no second spelling', () => {
  const noise = fc.constantFrom(
    '',
    '.',
    '.json',
    '%20',
    '%C2%A0',
    ';x',
    '[]',
    '%5B%5D',
    '%EF%BC%8E',
    '%C2%AD',
    '4711',
  )
  const cased = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }).map((up) =>
    'payroll'
      .split('')
      .map((char, at) => (up[at] === true ? char.toUpperCase() : char))
      .join(''),
  )

  test('of a dataset, a path and a key', () => {
    fc.assert(
      fc.property(cased, noise, fc.constantFrom('', '%00', '+'), (word, after, more) => {
        const { facts } = described(`GET /${word}${after}?${word}${after}${more}=1`)
        if (facts.kind !== 'http') throw new Error('this is HTTP')
        if (!facts.unknown.includes('datasets')) expect(facts.datasets).toEqual(['payroll'])
        if (!facts.unknown.includes('http.path')) expect(facts.http.path).toBe('/payroll')
        if (!facts.unknown.includes('http.query')) expect(facts.http.query).toEqual(['payroll'])
      }),
      { numRuns: 1000 },
    )
  })
})
