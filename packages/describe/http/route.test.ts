import { describe, expect, test } from 'vitest'
import { ambiguousRoutes, type HttpRoute, matchRoute } from './route.ts'

const route = (text: string): HttpRoute => {
  const [method = '', path = ''] = text.split(' ')
  return { method, path, effects: null, datasets: [], labels: [], operation: null, speaks: null }
}
const ROUTES = [
  'GET /',
  'GET /exports/{name}',
  'GET /exports/public',
  'GET /customers/{id}',
  'DELETE /customers/{id}',
  'GET /jobs:run',
  'HEAD /files/{id}',
  'GET /files/{id}',
].map(route)

function matched(request: string) {
  const [method = '', path = ''] = request.split(' ')
  const match = matchRoute(method, path, ROUTES)
  return match.kind === 'route' ? `${match.route.method} ${match.route.path}` : match.kind
}

describe('the most specific route wins', () => {
  test.each([
    ['GET /', 'GET /'],
    ['GET /exports/all', 'GET /exports/{name}'],
    ['GET /exports/public', 'GET /exports/public'],
    ['GET /exports/caf%C3%A9', 'GET /exports/{name}'],
    ['DELETE /customers/7', 'DELETE /customers/{id}'],
    ['GET /jobs%3Arun', 'GET /jobs:run'],
    ['HEAD /customers/7', 'GET /customers/{id}'],
    ['OPTIONS /customers/7', 'GET /customers/{id}'],
    ['HEAD /files/7', 'HEAD /files/{id}'],
    ['POST /customers/7', 'none'],
    ['GET /exports', 'none'],
    ['GET /customers/7/notes', 'none'],
    ['GET /exports/%7Bname%7D', 'GET /exports/{name}'],
    ['GET /exports/why%3F', 'GET /exports/{name}'],
    ['GET /exports/c%23', 'GET /exports/{name}'],
    ['GET /elsewhere/;x', 'none'],
  ])('%s → %s', (request, route) => {
    expect(matched(request)).toBe(route)
  })
})

test('routes of other places change nothing', () => {
  const many = Array.from({ length: 500 }, (_, n) =>
    route(`${n % 2 === 0 ? 'GET' : 'POST'} /many/${n}/{id}/${n}`),
  )
  const requests = [
    'GET /customers/7',
    'GET /Customers/7/',
    'GET /exports/public.json',
    'POST /customers/7',
    'GET /x/y/z/w',
  ]
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ')
    expect(matchRoute(method, path, [...many, ...ROUTES])).toEqual(matchRoute(method, path, ROUTES))
  }
  expect(matchRoute('GET', '/many/8/x/8', [...ROUTES, ...many])).toEqual({ kind: 'route', route: many[8] })
})

describe('what a lenient server would take for another route is doubtful', () => {
  test.each([
    'GET /Customers/7',
    'GET /customers/7/',
    'GET /customers;v=1/7',
    'GET /exports/Public',
    'GET /exports/public;x',
    'GET /exports/public/',
    'HEAD /CUSTOMERS/7',
    'GET /%EF%BD%83ustomers/7',
    'GET /customers%C2%AD/7',
    'GET /customers./7',
    'GET /exports/public.',
    'GET /exports/public.json',
    'GET /exports/Public.json/',
    'GET /exports/public%EF%BC%9Bx',
    'GET /;x/customers/7',
    'GET /customers/;x/7',
    'GET /customers/7/;x/;y',
    'GET /%20/customers/7',
    'GET /%E2%80%8B/exports/public',
    'GET /exports/;x',
    'GET /exports/public%3Fx',
    'GET /exports/public%23',
    'GET /exports/public%EF%BC%9Fx',
    'GET /exports/public%3Fa/b',
  ])('%s', (request) => {
    expect(matched(request)).toBe('doubtful')
  })
})

test('a format is another route where the operator has one for it', () => {
  const routes = ['GET /all', 'GET /all.csv', 'GET /all.json'].map(route)
  expect(matchRoute('GET', '/all.csv', routes)).toEqual({ kind: 'route', route: routes[1] })
  expect(matchRoute('GET', '/all', routes)).toEqual({ kind: 'route', route: routes[0] })
  expect(matchRoute('GET', '/all.xml', routes).kind).toBe('doubtful')
  expect(matchRoute('GET', '/exports/all.csv', ROUTES)).toEqual({ kind: 'route', route: ROUTES[1] })
})

test.each([
  [['GET /a/{x}', 'GET /{y}/b'], 1],
  [['GET /a/{x}', 'GET /a/{y}'], 1],
  [['GET /a', 'GET /A'], 1],
  [['GET /a/{x}', 'GET /a/b'], 0],
  [['GET /a/{x}', 'DELETE /{y}/b'], 0],
  [['GET /a/{x}', 'GET /b/{x}'], 0],
  [['GET /a', 'GET /a/b'], 0],
  [['GET /', 'GET /{x}'], 0],
])('%j has %i ambiguous pairs', (routes, pairs) => {
  expect(ambiguousRoutes(routes.map(route))).toHaveLength(pairs)
})

test('of an ambiguous pair neither counts', () => {
  const routes = ['GET /a/{x}', 'GET /{y}/b'].map(route)
  expect(matchRoute('GET', '/a/b', routes).kind).toBe('doubtful')
  expect(matchRoute('GET', '/a/c', routes).kind).toBe('route')
})
