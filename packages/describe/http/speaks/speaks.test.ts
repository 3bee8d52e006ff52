import { createHash } from 'node:crypto'
import { name } from '@sallyport/testkit/policy'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeHttp, type HttpTarget } from '../describe.ts'
import { httpMessage } from '../message.ts'
import type { HttpRoute, Speaks } from '../route.ts'

const SAID: Speaks['operations'] = {
  'mutation deleteCustomer': { effects: ['delete'], datasets: ['customers'], labels: ['pii'] },
  'query exportAll': { effects: ['export'], datasets: [], labels: [] },
  delete_customer: { effects: ['delete'], datasets: ['customers'], labels: ['pii'] },
  get_customer: { effects: ['read'], datasets: ['customers'], labels: [] },
}
const CRM: HttpTarget = {
  id: name('resource', 'crm'),
  address: { hostname: 'crm.test' },
  routes: [
    route('POST', '/graphql', 'graphql'),
    route('GET', '/graphql', 'graphql'),
    route('POST', '/rpc', 'json-rpc'),
  ],
}

function route(method: string, path: string, language: Speaks['language']): HttpRoute {
  const plain = { operation: null, effects: null, datasets: [], labels: [] }
  return { ...plain, method, path, speaks: { language, operations: SAID } }
}

function described(target: string, content: string | null, type = 'application/json', method = 'POST') {
  const bytes = content === null ? null : new TextEncoder().encode(content)
  const sha256 = createHash('sha256')
    .update(content ?? '')
    .digest('hex')
  const body = bytes === null ? null : ({ kind: 'whole', bytes: bytes.length, sha256 } as const)
  const message = httpMessage({ method, target, headers: [['content-type', type]], body }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  const { facts, effects, says } = describeHttp(message, CRM, bytes)
  if (facts.kind !== 'http') throw new Error('this is HTTP')
  return { ...facts, effects, says, body: facts.http.body }
}

const graphql = (query: string, more = {}) => described('/graphql', JSON.stringify({ query, ...more }))
const rpc = (...calls: readonly object[]) =>
  described('/rpc', JSON.stringify(calls.length === 1 ? calls[0] : calls))
const call = (method: string, more: object = { id: 1 }) => ({ jsonrpc: '2.0', method, ...more })

const fragment = 'fragment A on T { b { c d e f g } }'
const batch = (count: number, query: string) => Array.from({ length: count }, () => ({ query }))
/** So many different ones. */
const words = (count: number, chars: number) =>
  Array.from(
    { length: count },
    (_, at) => `${String.fromCharCode(97 + (at % 26), 97 + at / 26)}${'x'.repeat(chars - 1)}`,
  ).join(' ')

describe('GraphQL: the operation is what its root fields are', () => {
  test.each([
    ['{ customers { id } }', 'query customers', ['read'], ['customers']],
    ['query Harmless { customers { id } }', 'query customers', ['read'], ['customers']],
    ['query { harmless: customers { id } }', 'query customers', ['read'], ['customers']],
    ['query { ...A } fragment A on Query { customers { id } }', 'query customers', ['read'], ['customers']],
    ['query { ... on Query { customers { id } } }', 'query customers', ['read'], ['customers']],
    ['{ customers { id } customers { name } }', 'query customers', ['read'], ['customers']],
    ['query { exportAll }', 'query exportAll', ['export'], ['exportAll']],
    ['mutation { updateOrder(id: 7) { id } }', 'mutation updateOrder', ['write'], ['updateOrder']],
    ['mutation Get { get: deleteCustomer(id: 7) }', 'mutation deleteCustomer', ['delete'], ['customers']],
    ['subscription { orders { id } }', 'subscription orders', ['read', 'execute'], ['orders']],
  ])('%s', (query, operation, effects, datasets) => {
    expect(graphql(query)).toMatchObject({ understood: true, operation, effects, datasets })
    expect(graphql(query).unknown).not.toContain('operation')
  })

  test('a subscription goes on to run, and says so', () => {
    expect(graphql('subscription { orders { id } }').deferred).toBe(true)
    expect(graphql('{ orders { id } }').deferred).toBe(false)
  })

  test('of several each counts, and none hides behind another', () => {
    const both = graphql('mutation { a: updateOrder(id: 1) { id } b: deleteCustomer(id: 7) }')
    expect(both).toMatchObject({
      operation: 'mutation deleteCustomer, mutation updateOrder',
      effects: ['write', 'delete'],
      datasets: ['customers', 'updateOrder'],
      labels: ['pii'],
    })
    expect(both.unknown).toContain('operation')
  })

  test('a batch is all that is in it', () => {
    const batch = [{ query: '{ orders { id } }' }, { query: 'mutation { deleteCustomer(id: 7) }' }]
    expect(described('/graphql', JSON.stringify(batch))).toMatchObject({
      operation: 'mutation deleteCustomer, query orders',
      effects: ['read', 'delete'],
      datasets: ['orders', 'customers'],
    })
  })

  test('of several operations in a document the named one is run', () => {
    const query = 'query A { customers { id } } mutation B { deleteCustomer(id: 7) }'
    expect(graphql(query, { operationName: 'B' }).operation).toBe('mutation deleteCustomer')
    expect(graphql(query, { operationName: 'A' }).operation).toBe('query customers')
  })

  test('it may stand in the query string of a GET, or be the body', () => {
    const query = encodeURIComponent('mutation { deleteCustomer(id: 7) }')
    expect(described(`/graphql?query=${query}`, null, '', 'GET')).toMatchObject({
      operation: 'mutation deleteCustomer',
      effects: ['delete'],
    })
    expect(described('/graphql', '{ customers { id } }', 'application/graphql').operation).toBe(
      'query customers',
    )
  })
})

describe('GraphQL: fields and arguments are keys, wherever their values stand', () => {
  test.each<[string, object, readonly string[]]>([
    ['{ customers { id email } }', {}, ['query.customers', 'query.customers.email', 'query.customers.id']],
    ['{ c: customers { e: email } }', {}, ['query.customers', 'query.customers.email']],
    ['{ customers { ...A } } fragment A on C { ssn }', {}, ['query.customers', 'query.customers.ssn']],
    ['mutation { m(role: "admin") }', {}, ['mutation.m', 'mutation.m.role']],
    ['mutation { m(in: { role: "x" }) }', {}, ['mutation.m', 'mutation.m.in', 'mutation.m.in.role']],
    [
      'mutation ($in: In) { m(in: $in) }',
      { variables: { in: { role: 'x' } } },
      ['mutation.m', 'mutation.m.in', 'mutation.m.in.role'],
    ],
    [
      'mutation ($in: [In]) { m(in: $in) }',
      { variables: { in: [{ role: 'x' }] } },
      ['mutation.m', 'mutation.m.in', 'mutation.m.in[].role'],
    ],
    ['mutation { m(in: [{ role: "x" }]) }', {}, ['mutation.m', 'mutation.m.in', 'mutation.m.in[].role']],
    [
      'mutation ($in: In = { role: "x" }) { m(in: $in) }',
      {},
      ['mutation.m', 'mutation.m.in', 'mutation.m.in.role'],
    ],
    [
      'query Q($userId: ID) { userById(userId: $userId) { id } }',
      { operationName: 'Q', variables: { userId: 'u' } },
      ['query.userById', 'query.userById.id', 'query.userById.userId'],
    ],
  ])('%s with %j', (query, more, keys) => {
    const { body, unknown } = graphql(query, more)
    expect(body).toEqual(keys)
    expect(unknown).not.toContain('http.body')
  })

  test('a directive that its server made may mean anything', () => {
    expect(graphql('{ a @as(role: "admin") }').unknown).toContain('http.body')
    expect(graphql('query ($x: Boolean!) { a @skip(if: $x) }').unknown).not.toContain('http.body')
  })
})

describe('GraphQL at the limit is understood', () => {
  test.each<[string, unknown]>([
    ['a depth of 32', { query: `${'{ a '.repeat(32)}${'}'.repeat(32)}` }],
    ['many fields in a batch', batch(20, `{ ${'...A '.repeat(30)} } ${fragment}`)],
    ['64 operations', batch(1, `{ ${words(64, 1)} }`)],
  ])('%s', (_, body) => {
    expect(described('/graphql', JSON.stringify(body)).understood).toBe(true)
  })
})

describe('GraphQL that nobody could say all of is not understood', () => {
  const spread = 'query { ...A } fragment A on Query { ...B ...B } '
  const powers = `${spread}${'BCDEFGHIJKLMNO'
    .split('')
    .map((f, at) => `fragment ${f} on Query { ...${'CDEFGHIJKLMNOP'[at]} ...${'CDEFGHIJKLMNOP'[at]} } `)
    .join('')}fragment P on Query { a }`
  test.each<[string, unknown]>([
    ['no query', {}],
    ['an empty one', { query: ' ' }],
    ['a persisted one', { extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } } }],
    ['one by its id', { id: 'ab' }],
    ['a persisted one beside it', { query: '{ a }', extensions: { persistedQuery: { sha256Hash: 'ab' } } }],
    ['an extension that may choose it', { query: '{ a }', extensions: { persisted_query: 'ab' } }],
    ['extensions that are a list', { query: '{ a }', extensions: [] }],
    ['another member beside it', { query: '{ a }', id: 'ab' }],
    ['another case of a member', { query: '{ a }', Query: 'mutation { b }' }],
    ['what does not parse', { query: '{ a' }],
    ['nothing that is run', { query: 'fragment A on Query { a }' }],
    ['two operations and no name', { query: 'query A { a } query B { b }' }],
    ['two of one name', { query: 'query A { a } mutation A { b }', operationName: 'A' }],
    ['a name that is not there', { query: 'query A { a }', operationName: 'B' }],
    ['an empty name', { query: 'query A { a }', operationName: '' }],
    ['a schema beside it', { query: '{ a } type B { c: Int }' }],
    ['a fragment that is not there', { query: '{ ...A }' }],
    ['a fragment in itself', { query: '{ ...A } fragment A on Query { ...A }' }],
    ['two fragments of one name', { query: '{ ...A } fragment A on Q { a } fragment A on Q { b }' }],
    ['fragments that grow by powers', { query: powers }],
    ['more words than anybody writes', { query: `{ ${'a '.repeat(5000)} }` }],
    ['a depth that nobody writes', { query: `${'{ a '.repeat(3000)}${'}'.repeat(3000)}` }],
    ['a depth of 33', { query: `${'{ a '.repeat(33)}${'}'.repeat(33)}` }],
    ['an argument of that depth', { query: `{ a(b: ${'[{ c: '.repeat(16)}1${'}]'.repeat(16)}) }` }],
    ['more words in a batch than in one', batch(50, `{ ${'a '.repeat(100)} }`)],
    ['more fields in a batch than in one', batch(100, `{ ${'...A '.repeat(30)} } ${fragment}`)],
    ['65 operations', batch(1, `{ ${words(65, 1)} }`)],
    ['nothing selected', { query: '{ }' }],
    ['variables that are a list', { query: '{ a }', variables: [] }],
    ['a batch of none', []],
    ['a batch with one of these', [{ query: '{ a }' }, { id: 'ab' }]],
  ])('%s', (_, body) => {
    const { understood, effects, unknown } = described('/graphql', JSON.stringify(body))
    expect({ understood, effects }).toEqual({ understood: false, effects: ['execute'] })
    expect(unknown).toEqual(expect.arrayContaining(['operation', 'datasets', 'labels']))
  })

  test.each([
    ['a query twice', '/graphql', '{"query":"{ a }","query":"mutation { b }"}', 'application/json', 'POST'],
    [
      'a query in the query string too',
      '/graphql?query=%7Bb%7D',
      '{"query":"{ a }"}',
      'application/json',
      'POST',
    ],
    ['a blank before it', '/graphql?+query=%7Bb%7D', '{"query":"{ a }"}', 'application/json', 'POST'],
    ['a bracket behind it', '/graphql?query[]=%7Bb%7D', '{"query":"{ a }"}', 'application/json', 'POST'],
    ['a NUL behind it', '/graphql?query%00=%7Bb%7D', '{"query":"{ a }"}', 'application/json', 'POST'],
    [
      'another width of it',
      '/graphql?%EF%BD%91uery=%7Bb%7D',
      '{"query":"{ a }"}',
      'application/json',
      'POST',
    ],
    ['a GET with a second and a blank', '/graphql?query=%7Ba%7D&+query=%7Bb%7D', null, '', 'GET'],
    ['a GET with a second and a NUL', '/graphql?query=%7Ba%7D&query%00=%7Bb%7D', null, '', 'GET'],
    ['a GET with a second and a bracket', '/graphql?query=%7Ba%7D&query[]=%7Bb%7D', null, '', 'GET'],
    ['a GET with a variable in a bracket', '/graphql?query=%7Ba%7D&variables[id]=7', null, '', 'GET'],
    ['an operation named there', '/graphql?operationName=B', '{"query":"{ a }"}', 'application/json', 'POST'],
    ['a form', '/graphql', 'query=%7Ba%7D', 'application/x-www-form-urlencoded', 'POST'],
    ['no body', '/graphql', null, '', 'POST'],
    ['a GET with two', '/graphql?query=%7Ba%7D&query=%7Bb%7D', null, '', 'GET'],
    ['a GET with none', '/graphql?id=ab', null, '', 'GET'],
    ['a GET with another case', '/graphql?query=%7Ba%7D&Query=%7Bb%7D', null, '', 'GET'],
    ['a GET with a semicolon', '/graphql?query=%7Ba%7D;query=%7Bb%7D', null, '', 'GET'],
    ['variables that are no JSON', '/graphql?query=%7Ba%7D&variables=x', null, '', 'GET'],
    ['OPTIONS, which asks for nothing', '/graphql', null, '', 'OPTIONS'],
  ])('%s', (_, target, content, type, method) => {
    expect(described(target, content, type, method)).toMatchObject({
      understood: false,
      effects: ['execute'],
    })
  })
})

test('GraphQL that says who asks is understood', () => {
  const extensions = { clientLibrary: { name: '@apollo/client', version: '4.0.0' } }
  expect(graphql('{ customers { id } }', { extensions }).understood).toBe(true)
  expect(described('/graphql?full=1', '{"query":"{ a }"}').understood).toBe(true)
  expect(described('/graphql?query_log=1&identity=2', '{"query":"{ a }"}').understood).toBe(true)
})

describe('many operations of one kind do not have the shape of one, unless they only read', () => {
  const aliases = (field: string, count: number) =>
    Array.from({ length: count }, (_, at) => `a${at}: ${field}(id: ${at}) { id }`).join(' ')
  const calls = (method: string) => Array.from({ length: 100 }, (_, id) => call(method, { id }))
  const twice = (query: string) => described('/graphql', JSON.stringify(batch(2, query)))
  test.each([
    ['a mutation', () => graphql(`mutation { ${aliases('deleteCustomer', 1)} }`), true],
    ['a mutation and its aliases', () => graphql(`mutation { ${aliases('deleteCustomer', 300)} }`), false],
    ['a mutation in fragments', () => graphql('mutation { ...A ...A } fragment A on M { m }'), false],
    ['a batch of mutations', () => twice('mutation { updateOrder(id: 1) { id } }'), false],
    ['a query and its aliases', () => graphql(`{ ${aliases('customers', 3)} }`), true],
    ['a batch of queries', () => twice('{ customers { id } }'), true],
    ['exports by aliases', () => graphql('{ a: exportAll b: exportAll }'), false],
    ['a call', () => rpc(call('delete_customer')), true],
    ['a batch of calls', () => rpc(...calls('delete_customer')), false],
    ['a batch of calls that nobody mapped', () => rpc(...calls('purge')), false],
    ['a batch of calls that read', () => rpc(...calls('get_customer')), true],
  ] as const)('%s', (_, read, known) => {
    const { understood, unknown } = read()
    expect(understood).toBe(true)
    expect(unknown.includes('operation')).toBe(!known)
  })
})

describe('JSON-RPC: the operation is the method', () => {
  test.each<[string, readonly object[], object]>([
    [
      'a mapped method',
      [call('delete_customer')],
      { operation: 'delete_customer', effects: ['delete'], labels: ['pii'] },
    ],
    ['a notification', [call('delete_customer', {})], { operation: 'delete_customer', effects: ['delete'] }],
    ['a method that nobody mapped', [call('purge')], { operation: 'purge', effects: ['execute'] }],
    ['one in words', [call('tools/call')], { operation: 'tools/call', effects: ['execute'] }],
    [
      'a batch',
      [call('get_customer'), call('delete_customer', { id: 2 })],
      {
        operation: 'delete_customer, get_customer',
        effects: ['read', 'delete'],
        datasets: ['customers'],
        labels: ['pii'],
      },
    ],
    [
      'a batch with what nobody mapped',
      [call('get_customer'), call('purge', {})],
      { effects: ['read', 'execute'] },
    ],
  ])('%s', (_, calls, said) => {
    expect(rpc(...calls)).toMatchObject({ understood: true, ...said })
  })

  test('a method that does not look like a name is no fact', () => {
    const { operation, effects, unknown } = rpc(call('ann@example.com'))
    expect({ operation, effects }).toEqual({ operation: '{}', effects: ['execute'] })
    expect(unknown).toEqual(expect.arrayContaining(['operation', 'datasets']))
  })

  test.each<[string, string]>([
    ['two methods', '{"jsonrpc":"2.0","method":"get_customer","method":"delete_customer","id":1}'],
    ['two methods, one of them escaped', '{"jsonrpc":"2.0","method":"a","m\\u0065thod":"b","id":1}'],
    ['two ids', '{"jsonrpc":"2.0","method":"get_customer","id":1,"id":2}'],
    ['one id for two', JSON.stringify([call('get_customer'), call('get_customer')])],
    ['another case of a member', JSON.stringify({ ...call('get_customer'), Method: 'delete_customer' })],
    ['another version', JSON.stringify({ ...call('get_customer'), jsonrpc: '1.0' })],
    ['an answer', '{"jsonrpc":"2.0","result":1,"id":1}'],
    ['a method that is no text', JSON.stringify({ ...call('a'), method: 7 })],
    ['a batch of none', '[]'],
    ['a batch with what is no call', JSON.stringify([call('get_customer'), 7])],
    ['what is no JSON', 'get_customer'],
  ])('%s is not understood', (_, content) => {
    expect(described('/rpc', content)).toMatchObject({ understood: false, effects: ['execute'] })
  })
})

test.each<[string, string, boolean]>([
  ['64 methods', words(64, 1), true],
  ['65 methods', words(65, 1), false],
  ['4 KiB of methods', words(64, 31), false],
])('whether JSON-RPC of %s is understood', (_, methods, understood) => {
  const calls = methods.split(' ').map((method, id) => call(`${method}/${method}`, { id }))
  expect(rpc(...calls).understood).toBe(understood)
})

describe('a key below a secret’s name may be a secret', () => {
  test.each<[string, object, readonly string[]]>([
    [
      'mutation { m(tokens: { hunter: 1 }) }',
      {},
      ['mutation.m', 'mutation.m.tokens', 'mutation.m.tokens.{}'],
    ],
    [
      'mutation ($in: In) { m(in: { sessions: $in }) }',
      { variables: { in: [{ hunter: { hunter: 1 } }] } },
      [
        'mutation.m',
        'mutation.m.in',
        'mutation.m.in.sessions',
        'mutation.m.in.sessions[].{}',
        'mutation.m.in.sessions[].{}.{}',
      ],
    ],
    [
      'mutation ($in: In = { hunter: 1 }) { m(password: $in) }',
      {},
      ['mutation.m', 'mutation.m.password', 'mutation.m.password.{}'],
    ],
  ])('%s with %j', (query, more, keys) => {
    const { body, unknown } = graphql(query, more)
    expect(body).toEqual(keys)
    expect(unknown).toContain('http.body')
  })

  test('but a field below one is a word of the schema', () => {
    const { body, unknown } = graphql('{ session { id } }')
    expect(body).toEqual(['query.session', 'query.session.id'])
    expect(unknown).not.toContain('http.body')
  })
})

test('no value and no name that the caller chose is a fact', () => {
  const value = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{3,20}$/).map((text) => `v4l9${text}99`)
  const shape = fc.constantFrom<(a: string, b: string) => ReturnType<typeof graphql>>(
    (a, b) => graphql(`query ${a} { ${b}: customers(id: "${a}") { id } }`),
    (a, b) => graphql(`query ${a}($${b}: ID) { customers(id: $${b}) { id } }`, { variables: { [b]: a } }),
    (a, b) => graphql(`query { ...${a} } fragment ${a} on Query { x: orders(by: ${b}) }`),
    (a, b) => graphql(`query ${a} { customers { id } } query B { ${b} }`, { operationName: a }),
    (a, b) => graphql(`mutation { ${a}(${b}: 1) }`, { extensions: { [a]: b } }),
    (a, b) => graphql(`{ ${a} `, { variables: { a, b } }),
    (a, b) => rpc(call(a, { params: { [b]: a }, id: b })),
    (a, b) => rpc(call('get_customer', { params: [a, b], id: a })),
  )
  fc.assert(
    fc.property(shape, value, value, (of, a, b) => {
      const told = JSON.stringify(of(a, b))
      for (const one of [a, b]) expect(told).not.toContain(one)
    }),
    { numRuns: 1000 },
  )
})
