import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfiguration } from '../load.ts'

const HEAD = 'openapi: 3.1.0\ninfo: { title: CRM, version: "1" }\n'
const CRM = `${HEAD}
servers: [{ url: "https://crm.example.com/v1" }, { url: "/v1/" }]
paths:
  /customers/{customer-id}:
    parameters: [{ $ref: "#/components/parameters/Id" }]
    get:
      operationId: getCustomer
      tags: [Customer data]
      responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Customer" } } } } }
    delete:
      operationId: customers/delete
      x-sallyport-effects: [delete, export]
      x-sallyport-datasets: [customers]
      x-sallyport-labels: [danger]
  /customers:
    post:
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/NewCustomer" } } } }
  /ping: { get: {} }
components:
  parameters: { Id: { name: customer-id, in: path, schema: { x-sallyport-labels: [id], type: string } } }
  schemas:
    Customer: { properties: { email: { $ref: "#/components/schemas/Email" }, parent: { $ref: "#/components/schemas/Customer" } } }
    NewCustomer: { allOf: [{ $ref: "#/components/schemas/Customer" }, { properties: { card: { x-sallyport-labels: [card] } } }] }
    Email: { type: string, x-sallyport-labels: [pii] }
`

/** The configuration with this document and these lines of its resource. */
function load(document: string | null, lines = '', name = 'crm.yaml') {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  if (document !== null) writeFileSync(join(folder, name), document)
  const yaml = `environments: [{ id: prod }]
resources:
  - { id: crm, kind: http, environment: prod, address: "https://crm.internal/v1", openapi: ./${name}${lines} }
changes: unguarded
`
  const around = { variable: () => undefined, home: '/', folder: '/' }
  return readConfiguration(join(folder, 'sallyport.yaml'), yaml, {}, around)
}

function routes(document: string, lines = '', name = 'crm.yaml') {
  const loading = load(document, lines, name)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  const [resource] = loading.configuration.resources.values()
  return (resource?.routes ?? []).map(
    ({ method, path, operation, effects, datasets, labels }) =>
      [`${method} ${path}`, operation, effects, datasets, labels] as const,
  )
}

function problems(document: string | null, lines = ''): readonly string[] {
  const loading = load(document, lines)
  return loading.kind === 'rejected'
    ? loading.problems.map(({ file, line, message }) => `${file.split('/').at(-1)}:${line} ${message}`)
    : []
}

describe('a document becomes routes', () => {
  const ROUTES = [
    ['GET /customers/{customer_id}', 'getCustomer', null, ['Customer data'], ['id', 'pii']],
    [
      'DELETE /customers/{customer_id}',
      'customers/delete',
      ['delete', 'export'],
      ['customers'],
      ['danger', 'id'],
    ],
    ['POST /customers', null, null, [], ['card', 'pii']],
    ['GET /ping', null, null, [], []],
  ]

  test('with the labels of each schema that an operation reaches, however far in', () => {
    expect(routes(CRM)).toEqual(ROUTES)
  })

  test('whether it is YAML or JSON', () => {
    const json = JSON.stringify({
      openapi: '3.0.3',
      paths: { '/a/{b}': { get: { operationId: 'a', tags: ['t'], 'x-sallyport-effects': ['export'] } } },
    })
    expect(routes(json, '', 'crm.json')).toEqual([['GET /a/{b}', 'a', ['export'], ['t'], []]])
  })

  test('and what the operator wrote wins over it', () => {
    const own =
      ', routes: [{ route: "GET /customers/{id}", effects: [export], operation: readOne }, { route: "GET /more" }]'
    expect(routes(CRM, own)).toEqual([
      ['GET /customers/{id}', 'readOne', ['export'], ['Customer data'], ['id', 'pii']],
      ['GET /more', null, null, [], []],
      ...ROUTES.slice(1),
    ])
  })
})

describe('a document with a mistake is a configuration with one', () => {
  const paths = (text: string) => `${HEAD}paths:\n  ${text}\n`
  test.each<[string, string | null, string]>([
    ['no file', null, 'sallyport.yaml:3 the file that is named here cannot be read'],
    ['no YAML', 'openapi: [', 'crm.yaml:1 not YAML as it is read here'],
    ['another version', 'swagger: "2.0"\n', 'crm.yaml:1 this is no OpenAPI document of 3.0 or 3.1'],
    [
      'a reference to elsewhere',
      paths('/a: { get: { responses: { $ref: "x.yaml#/a" } } }'),
      'crm.yaml:4 a reference out of this document',
    ],
    [
      'a reference to a host',
      paths('/a: { $ref: "https://x/a" }'),
      'crm.yaml:4 a reference out of this document',
    ],
    [
      'a reference to nothing',
      paths('/a: { get: { responses: { $ref: "#/components/x" } } }'),
      'crm.yaml:4 a reference to what is not there',
    ],
    [
      'a parameter inside a segment',
      paths('"/a/{b}.json": { get: {} }'),
      'crm.yaml:4 a path that is no route here',
    ],
    ['a slash at the end', paths('/a/: { get: {} }'), 'crm.yaml:4 a path that is no route here'],
    [
      'an effect that is none',
      paths('/a: { get: { x-sallyport-effects: [reed] } }'),
      'crm.yaml:4 a value that is not known here',
    ],
    [
      'no effect',
      paths('/a: { get: { x-sallyport-effects: [] } }'),
      'crm.yaml:4 an operation without an effect',
    ],
    [
      'a label that is none',
      paths('/a: { get: { x-sallyport-labels: [PII] } }'),
      'crm.yaml:4 this is no label',
    ],
    [
      'a misspelt word of ours',
      paths('/a: { get: { x-sallyport-label: [pii] } }'),
      'crm.yaml:4 `x-sallyport-label` is not read here',
    ],
    [
      'a word of ours where it says nothing',
      paths('/a: { x-sallyport-labels: [pii], get: {} }'),
      'crm.yaml:4 `x-sallyport-labels` is not read here',
    ],
    [
      'two paths that are one',
      paths('"/a/{b}": { get: {} }\n  "/a/{c}": { get: {} }'),
      'crm.yaml:5 a second `get /a/{c}`',
    ],
    [
      'one operation twice',
      paths('/a: { get: { operationId: x } }\n  /b: { get: { operationId: x } }'),
      'crm.yaml:5 a second operation of this name',
    ],
    [
      'another base path',
      `${HEAD}servers: [{ url: "https://x/v2" }]\npaths: {}\n`,
      'crm.yaml:3 no server here has the base path of `address`',
    ],
    [
      'another base path by a variable',
      `${HEAD}servers: [{ url: "https://x/{v}", variables: { v: { default: v2 } } }]\npaths: {}\n`,
      'crm.yaml:3 no server here has the base path of `address`',
    ],
    [
      'paths that meet',
      paths('"/a/{b}/c": { get: {} }\n  "/a/b/{c}": { get: {} }'),
      'sallyport.yaml:3 `GET /a/{b}/c` and `/a/b/{c}` match the same requests',
    ],
    ['an alias', 'openapi: &v 3.1.0\nx: *v\n', 'crm.yaml:2 an alias'],
  ])('%s', (_, document, problem) => {
    expect(problems(document)).toContainEqual(expect.stringContaining(problem))
  })

  test('a file that is too large is not read', () => {
    expect(problems(`${HEAD}#${'x'.repeat(4 * 1024 * 1024)}`)).toEqual([
      expect.stringContaining('the file is too large'),
    ])
  })
})
