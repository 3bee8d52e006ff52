import { parseName } from '@sallyport/core/action/ids'
import { isWhole } from '@sallyport/core/redact/redact'
import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeHttp, type HttpTarget } from './describe.ts'
import { httpMessage } from './message.ts'
import { parseHttpText } from './text.ts'

const id = parseName('resource', 'crm')
if (id === undefined) throw new Error('no name')
const SILENT = { operation: null, effects: null, datasets: [], labels: [], speaks: null }
const CRM: HttpTarget = {
  id,
  address: { hostname: 'crm.test' },
  routes: [
    {
      method: 'GET',
      path: '/exports/{name}',
      effects: ['export'],
      datasets: ['customers'],
      labels: ['pii'],
      operation: null,
      speaks: null,
    },
    {
      method: 'GET',
      path: '/customers/{id}',
      effects: null,
      datasets: [],
      labels: [],
      operation: null,
      speaks: null,
    },
    {
      method: 'POST',
      path: '/{tenant}/purge',
      effects: ['delete', 'execute'],
      datasets: [],
      labels: [],
      operation: null,
      speaks: null,
    },
    {
      method: 'GET',
      path: '/all',
      effects: null,
      datasets: ['a', 'b', 'c', 'd', 'e'],
      labels: [],
      operation: null,
      speaks: null,
    },
    {
      ...SILENT,
      method: 'POST',
      path: '/customers/merge',
      operation: 'customers.merge',
    },
    {
      ...SILENT,
      method: 'POST',
      path: '/graphql',
      speaks: {
        language: 'graphql',
        operations: {
          'mutation deleteCustomer': { effects: ['delete'], datasets: ['customers'], labels: [] },
        },
      },
    },
    {
      ...SILENT,
      method: 'POST',
      path: '/rpc',
      speaks: { language: 'json-rpc', operations: {} },
    },
  ],
}

function described(text: string) {
  const message = parseHttpText(text)
  if (message.kind === 'unclear') throw new Error(message.why)
  return describeHttp(message, CRM, null)
}

test('routes that two resources share are read for each of them, and in each way that they are asked', () => {
  const wiki = parseName('resource', 'wiki')
  if (wiki === undefined) throw new Error('no name')
  const says = (text: string, target: HttpTarget): string => {
    const message = parseHttpText(text)
    if (message.kind === 'unclear') throw new Error(message.why)
    const { says, facts } = describeHttp(message, target, null)
    return `${says} ${facts.kind === 'http' ? facts.http.query.join() : ''}`
  }
  expect(says('GET /customers/7', CRM)).toBe('Reads customers: GET /customers/{id} on crm. ')
  expect(says('GET /customers/7', { ...CRM, id: wiki })).toBe(
    'Reads customers: GET /customers/{id} on wiki. ',
  )
  expect(says('GET /customers/7?all=1', CRM)).toBe('Reads customers: GET /customers/{id} on crm. all')
  expect(says('GET /customers/8?b=2&a=1', CRM)).toBe('Reads customers: GET /customers/{id} on crm. a,b')
})

describe('a header that names the operation leaves it unknown', () => {
  test.each(['X-Amz-Target', 'x_amz.target', 'SOAPAction'])('%s', (header) => {
    for (const target of ['/customers/merge', '/orders']) {
      const message = httpMessage({ method: 'POST', target, headers: [[header, 'Purge']], body: null }, null)
      if (message.kind === 'unclear') throw new Error(message.why)
      const { facts } = describeHttp(message, CRM, null)
      expect(facts.understood).toBe(true)
      expect(facts.unknown.filter((name) => name === 'operation')).toEqual(['operation'])
      expect(JSON.stringify(facts)).not.toContain('Purge')
    }
  })
})

describe('effects, operation, datasets', () => {
  test.each([
    ['GET /customers/7', ['read'], 'GET /customers/{id}', ['customers']],
    ['HEAD /customers/7', ['read'], 'GET /customers/{id}', ['customers']],
    ['GET /exports/all', ['export'], 'GET /exports/{name}', ['customers']],
    ['HEAD /exports/all', ['export'], 'GET /exports/{name}', ['customers']],
    ['OPTIONS /exports/all', ['export'], 'OPTIONS /exports/{name}', ['customers']],
    ['POST /acme/purge', ['delete', 'execute'], 'POST /{tenant}/purge', []],
    ['POST /orders/7/refund', ['write'], 'POST /orders/{}/{}', ['orders']],
    ['PUT /orders/7', ['write'], 'PUT /orders/{}', ['orders']],
    ['PATCH /orders/7', ['write'], 'PATCH /orders/{}', ['orders']],
    ['DELETE /orders/7', ['delete'], 'DELETE /orders/{}', ['orders']],
    ['GET /orders/', ['read'], 'GET /orders/', ['orders']],
    ['GET /4711/x', ['read'], 'GET /{}/{}', []],
    ['GET /', ['read'], 'GET /', []],
    ['BREW /pots/1', ['execute'], 'BREW /pots/{}', ['pots']],
  ])('%s', (text, effects, operation, datasets) => {
    const { facts, effects: found } = described(text)
    expect({ effects: found, operation: facts.operation, datasets: facts.datasets }).toEqual({
      effects,
      operation,
      datasets,
    })
  })

  test('HEAD and OPTIONS have the labels of GET', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(described(`${method} /exports/all`).facts.labels).toEqual(['pii'])
  })
})

describe('what is not understood is `execute`, and says so', () => {
  test.each([
    ['an unknown method', 'BREW /pots/1', []],
    ['a method in the query', 'POST /orders?_method=delete', []],
    [
      'a path that a lenient target takes for a route',
      'GET /Exports/all',
      ['operation', 'datasets', 'labels'],
    ],
  ])('%s', (_, text, unknown) => {
    const { facts, effects, says } = described(text)
    expect(facts.understood).toBe(false)
    expect(effects).toEqual(['execute'])
    expect(facts.unknown).toEqual(expect.arrayContaining(unknown))
    expect(says).toMatch(/^Could do anything/)
  })

  test('a first segment that may be a value leaves the datasets unknown', () => {
    expect(described('GET /4711').facts.unknown).toContain('datasets')
    expect(described('POST /acme/purge').facts.unknown).toContain('datasets')
    expect(described('GET /').facts.unknown).not.toContain('datasets')
  })

  test('how much a request touches is never known', () => {
    const { facts } = described('GET /customers/7')
    expect(facts.unknown).toEqual(['rows', 'unbounded'])
    expect(facts).toMatchObject({ rows: Number.MAX_SAFE_INTEGER, unbounded: true })
  })
})

test.each([
  ['', []],
  ['limit=10&offset=0&limit=5', ['limit', 'offset']],
  ['filter[name]=ann&%6Cimit', ['filter[name]', 'limit']],
  ['ann@example.com&4711=1&a+b=1', ['{}']],
  ['0123456789abcdef=x&sp_0123456789abcdefghjk=1', ['{}']],
  [`${'k'.repeat(33)}=1`, ['{}']],
])('the keys of `%s` are %j', (query, keys) => {
  expect(described(`GET /x?${query}`).facts).toMatchObject({ http: { query: keys } })
})

test('facts hold no value, wherever one is put', () => {
  const value = fc
    .stringMatching(/^[A-Za-z0-9@.+:;,=~-]{4,40}$/)
    .map((text) => `v4l${text}`)
    .filter((text) => !/^\.{1,2}(;|$)/.test(text))
  const shape = fc.constantFrom(
    (a: string, b: string, c: string) => `/customers/${a}?limit=${b}&${c}=1`,
    (a: string, b: string, c: string) => `/exports/${a}?q=${b}&q=${c}`,
    (a: string, b: string, c: string) => `/orders/${a}/${b}/${c}`,
    (a: string, b: string, c: string) => `/${a}9999/purge/${b}?x=${c}`,
    (a: string, b: string, c: string) => `/${a}9999/purge?x=${b}%26${c}`,
    (a: string, b: string, c: string) => `/orders;${a}/${b}?${c}9999`,
  )
  const method = fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', 'BREW')
  fc.assert(
    fc.property(method, shape, value, value, value, (verb, of, a, b, c) => {
      const longKey = `${c}`.padEnd(40, 'x')
      const { facts, says } = described(`${verb} ${of(a, b, longKey)}`)
      const told = JSON.stringify(facts) + says
      for (const one of [a, b, longKey]) expect(told).not.toContain(one)
    }),
    { numRuns: 2000 },
  )
})

describe('one plain sentence', () => {
  test.each([
    ['GET /exports/all', 'Exports customers: GET /exports/{name} on crm.'],
    ['GET /', 'Reads what it finds: GET / on crm.'],
    ['DELETE /orders/7', 'Deletes orders: DELETE /orders/{} on crm.'],
    ['POST /acme/purge', 'Deletes and runs something on what it finds: POST /{tenant}/purge on crm.'],
    ['GET /all', 'Reads a, b, c and 2 more: GET /all on crm.'],
    ['BREW /pots/1', 'Could do anything, since it was not understood: BREW /pots/{} on crm.'],
  ])(claim('V3', 'core', 'is made from method and path: %s → %s'), (text, says) => {
    expect(described(text).says).toBe(says)
  })

  const FORM = 'application/x-www-form-urlencoded'
  test.each([
    [
      'PUT /customers/7',
      'application/json',
      '{"name":"Ann","address":{"city":"Ulm","zip":"1"}}',
      'Changes customers: PUT /customers/{} on crm, with 3 fields of JSON.',
    ],
    [
      'PATCH /customers/7',
      'application/merge-patch+json',
      '{"name":null}',
      'Changes customers: PATCH /customers/{} on crm, with 1 field of JSON.',
    ],
    [
      'POST /orders',
      'application/json',
      '{"Note":1}',
      'Changes orders: POST /orders on crm, with JSON whose fields are not all known.',
    ],
    ['POST /orders', FORM, 'a=1&b=2&a=3', 'Changes orders: POST /orders on crm, with 2 fields of a form.'],
    [
      'POST /orders',
      'text/csv',
      'a,b',
      'Changes orders: POST /orders on crm, with text/csv whose fields are not all known.',
    ],
    [
      'POST /orders',
      'x/y',
      'a',
      'Changes orders: POST /orders on crm, with a body of another type whose fields are not all known.',
    ],
    [
      'POST /orders',
      FORM,
      '_method=delete',
      'Could do anything, since it was not understood: POST /orders on crm.',
    ],
    [
      'POST /graphql',
      'application/json',
      '{"query":"mutation Get { get: deleteCustomer(id: 7) }"}',
      'Deletes customers: mutation deleteCustomer on crm.',
    ],
    [
      'POST /graphql',
      'application/json',
      '{"query":"query { customers { id } orders { id } }"}',
      'Reads customers and orders: query customers, query orders on crm.',
    ],
    [
      'POST /graphql',
      'application/json',
      '{"id":"ab12"}',
      'Could do anything, since it was not understood: POST /graphql on crm.',
    ],
    [
      'POST /rpc',
      'application/json',
      '{"jsonrpc":"2.0","method":"purge","id":1}',
      'Runs something on what it finds: purge on crm.',
    ],
    [
      'POST /customers/merge',
      'application/json',
      '{"into":7}',
      'Changes customers: customers.merge on crm, with 1 field of JSON.',
    ],
  ])(claim('V3', 'http', 'is made from the body too: %s with %s %s → %s'), (text, type, content, says) => {
    expect(describedWith(text, type, content).says).toBe(says)
  })
})

function describedWith(text: string, type: string, content: string) {
  const [method = '', target = ''] = text.split(' ')
  const bytes = new TextEncoder().encode(content)
  const body = { kind: 'whole', bytes: bytes.length, sha256: '0'.repeat(64) } as const
  const message = httpMessage({ method, target, headers: [['content-type', type]], body }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  return describeHttp(message, CRM, bytes)
}

describe('the command as a reviewer reads it', () => {
  test('has path and query as they were sent, without secrets', () => {
    const { command } = described(
      'GET /k/s%70_0123456789abcdefghjk?note=a%26b%3D1&t%6Fken=hunter2&q=s%70_0123456789abcdefghjk&flag',
    )
    expect(command.line).toBe(
      'GET /k/‹hidden: sallyport-key›?note=a%26b%3D1&token=‹hidden: token›&q=‹hidden: sallyport-key›&flag',
    )
    expect(command.parameters).toEqual([
      { name: 'query note', value: 'a&b=1' },
      { name: 'query token', value: '‹hidden: token›' },
      { name: 'query q', value: '‹hidden: sallyport-key›' },
      { name: 'query flag', value: '' },
    ])
  })

  test('counts what is more than anybody reads, of query and headers each', () => {
    const pairs = Array.from({ length: 130 }, (_, at) => `q${at}=1`).join('&')
    const headers = Array.from({ length: 9 }, (_, at) => [`x-long-${at}`, 'x '.repeat(2048)] as const)
    const message = httpMessage({ method: 'GET', target: `/x?${pairs}`, headers, body: null }, null)
    if (message.kind === 'unclear') throw new Error(message.why)
    const { parameters } = describeHttp(message, CRM, null).command
    expect(parameters.filter(({ name }) => name.startsWith('query q'))).toHaveLength(100)
    expect(parameters).toContainEqual({ name: 'query', value: '30 more fields ‹cut: 150 characters›' })
    expect(parameters.filter(({ name }) => name.startsWith('header x-'))).toHaveLength(8)
    expect(parameters).toContainEqual({ name: 'header', value: '1 more fields ‹cut: 4103 characters›' })
    expect(parameters.every(({ value }) => isWhole(value))).toBe(false)
  })

  test('has every header that goes on, hidden by its name', () => {
    const message = httpMessage(
      {
        method: 'GET',
        target: '/x?key=hunter2',
        headers: [
          ['Accept', 'text/csv'],
          ['X-Session-Token', 'hunter2'],
          ['Idempotency-Key', 'hunter2'],
        ],
        body: null,
      },
      null,
    )
    if (message.kind === 'unclear') throw new Error(message.why)
    const { command } = describeHttp(message, CRM, null)
    expect(command.line).toBe('GET /x?key=‹hidden: key›')
    expect(command.parameters).toEqual([
      { name: 'query key', value: '‹hidden: key›' },
      { name: 'header accept', value: 'text/csv' },
      { name: 'header x-session-token', value: '‹hidden: token›' },
      { name: 'header idempotency-key', value: '‹hidden: key›' },
    ])
  })
})
