import { parseName } from '@sallyport/core/action/ids'
import { ROWS_UNKNOWN } from '@sallyport/core/facts/facts'
import { claim } from '@sallyport/testkit/claim'
import { describe, expect, test } from 'vitest'
import { askedCap, type Cap, NO_CAP } from './cap.ts'
import { describeHttp, type HttpTarget } from './describe.ts'
import { httpMessage, readHttpMessage } from './message.ts'

const id = parseName('resource', 'crm')
if (id === undefined) throw new Error('no name')
const ROUTE = { effects: null, datasets: [], labels: [], operation: null, speaks: null }
const address = { hostname: 'crm.test' }
const CRM: HttpTarget = {
  id,
  address,
  routes: [
    { ...ROUTE, method: 'GET', path: '/customers', cap: { ...NO_CAP, items: 1000 } },
    { ...ROUTE, method: 'POST', path: '/orders' },
    { ...ROUTE, method: 'GET', path: '/graphql', speaks: { language: 'graphql', operations: {} } },
    { ...ROUTE, method: 'GET', path: '/few', cap: { ...NO_CAP, bytes: 10, classes: [] } },
  ],
  cap: { bytes: 1024, items: 500, classes: ['email'] },
  fields: { ssn: ['pii'] },
}

function message(line: string, asked?: string) {
  const [method = '', target = ''] = line.split(' ')
  const headers = asked === undefined ? [] : [['Sallyport-Cap', asked] as const]
  const read = httpMessage({ method, target, headers, body: null }, null)
  if (read.kind === 'unclear') throw new Error(read.why)
  return read
}

describe('a request asks for a cap', () => {
  test.each<[string, Partial<Cap>]>([
    ['bytes=10MiB', { bytes: 10_485_760 }],
    ['items=5000', { items: 5000 }],
    ['classes=pii+email+pii', { classes: ['email', 'pii'] }],
    ['items=1,bytes=1B , classes=a', { bytes: 1, items: 1, classes: ['a'] }],
  ])('%s', (text, cap) => {
    const asking = message('GET /customers', text)
    expect(asking.cap).toEqual({ ...NO_CAP, ...cap })
    expect(asking.headers).toEqual([])
    expect(readHttpMessage(JSON.parse(JSON.stringify(asking)), null)).toEqual(asking)
  })

  test.each([
    '',
    'bytes',
    'bytes=',
    'bytes=10',
    'bytes=1MiB=2',
    'items=0',
    'items=1e3',
    'items=-1',
    'items=1,items=2',
    'classes=',
    'classes=PII',
    'classes=a+',
    'rows=5',
    'items=5,',
    'items=5;bytes=1B',
  ])('and %j is none', (text) => {
    expect(askedCap([['sallyport-cap', text]])).toMatchObject({ kind: 'unclear' })
  })

  test('and not twice', () => {
    const twice = [
      ['sallyport-cap', 'items=1'],
      ['Sallyport-Cap', 'items=1'],
    ] as const
    expect(askedCap(twice)).toMatchObject({ kind: 'unclear' })
  })

  test.each([
    ['beyond what can be asked', { bytes: 1.5, items: null, classes: null }],
    ['of nothing', { bytes: null, items: null, classes: null }],
    ['unsorted', { bytes: null, items: null, classes: ['b', 'a'] }],
    ['of no form', { items: 5 }],
    ['as text', 'items=5'],
    ['missing', undefined],
  ])('a message whose cap is %s is none', (_, cap) => {
    expect(readHttpMessage({ ...message('GET /customers'), cap }, null)).toMatchObject({ kind: 'unclear' })
  })
})

describe('what asks for more than is configured is an export', () => {
  test.each([
    ['GET /customers', undefined, ['read'], { bytes: 1024, items: 1000, classes: ['email'] }],
    ['GET /customers', 'items=1000', ['read'], { bytes: 1024, items: 1000, classes: ['email'] }],
    ['GET /customers', 'items=5, bytes=1B', ['read'], { bytes: 1, items: 5, classes: ['email'] }],
    ['GET /customers', 'items=1001', ['read', 'export'], { bytes: 1024, items: 1001, classes: ['email'] }],
    ['GET /customers', 'bytes=1025B', ['read', 'export'], { bytes: 1025, items: 1000, classes: ['email'] }],
    ['GET /customers', 'classes=ann-ash', ['read'], { bytes: 1024, items: 1000, classes: [] }],
    ['GET /customers', 'classes=pii', ['read', 'export'], { bytes: 1024, items: 1000, classes: ['pii'] }],
    ['POST /orders', 'items=501', ['write', 'export'], { bytes: 1024, items: 501, classes: ['email'] }],
    ['GET /elsewhere', 'items=501', ['read', 'export'], { bytes: 1024, items: 501, classes: ['email'] }],
    // A lenient target may take it for any route: the strictest of all.
    ['GET /Customers', undefined, ['execute'], { bytes: 10, items: 500, classes: [] }],
    ['GET /Customers', 'items=501', ['execute', 'export'], { bytes: 10, items: 501, classes: [] }],
  ] as const)(claim('R6', 'core', '%s asking for %s'), (line, asked, effects, cap) => {
    const { facts, effects: found } = describeHttp(message(line, asked), CRM, null)
    expect(found).toEqual(effects)
    expect(facts.cap).toEqual(cap)
  })

  test('and what is not limited is not exported by asking for a limit', () => {
    const { effects, facts } = describeHttp(
      message('GET /x', 'items=5, classes=pii'),
      { id, address, routes: [] },
      null,
    )
    expect(effects).toEqual(['read'])
    expect(facts.cap).toEqual({ bytes: null, items: 5, classes: [] })
  })

  test('and the card shows what was asked for', () => {
    const { command } = describeHttp(message('GET /customers', 'items=5, bytes=2048KiB'), CRM, null)
    expect(command.parameters).toEqual([{ name: 'cap of the answer', value: 'bytes=2MiB, items=5' }])
  })
})

describe('a cap of items says how many rows a read touches', () => {
  test.each([
    ['GET /customers', undefined, 1000],
    ['GET /customers', 'items=9999', 9999],
  ])('%s asking for %s', (line, asked, rows) => {
    const { facts } = describeHttp(message(line, asked), CRM, null)
    expect(facts).toMatchObject({ rows, unbounded: false })
    expect(facts.unknown).not.toContain('rows')
    expect(facts.unknown).not.toContain('unbounded')
  })

  test.each(['POST /orders', 'GET /Customers', 'DELETE /customers'])(
    'but not how many %s changes',
    (line) => {
      const { facts } = describeHttp(message(line), CRM, null)
      expect(facts).toMatchObject({ rows: Number.MAX_SAFE_INTEGER, unbounded: true })
      expect(facts.unknown).toEqual(expect.arrayContaining(['rows', 'unbounded']))
    },
  )
})

describe('an answer is counted only where the request leaves the target to name what is in it', () => {
  test.each([
    ['{ customers { ssn } }', true],
    ['query Named { customers { id: id } }', true],
    ['{ a: customers { id } }', false],
    ['{ customers { x: ssn } }', false],
    ['{ customers { ...A } } fragment A on C { x: ssn }', false],
    ['{ customers { ssn @as(name: "x") } }', false],
    ['{ me { a: orders(first: 3) { id } b: orders(after: 3) { id } } }', false],
    ['{ customers { id } orders { id } }', false],
    ['{ customers { id } customers { id } }', false],
    ['{ customers', false],
  ])('%s: %s', (query, counted) => {
    const { facts } = describeHttp(message(`GET /graphql?query=${encodeURIComponent(query)}`), CRM, null)
    expect(facts.rows).toBe(counted ? 500 : ROWS_UNKNOWN)
    expect(facts.unknown.includes('rows')).toBe(!counted)
  })
})
