import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, sallyport } from '../trial/sallyport.ts'

const NO_ROUTES = 'no route of the resource is known: each segment after the first counts as a value'

test('a whole request is described with its body, and what was taken for granted is said', async () => {
  const { exit, out } = await sallyport(['describe', '--kind', 'http', 'POST /customers\n\n{"name":"Ann"}'])
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    effects: ['write'],
    facts: { http: { type: 'application/json', body: ['name'] } },
    says: 'Changes customers: POST /customers on resource, with 1 field of JSON.',
    assumed: [NO_ROUTES, 'the body is `application/json`, since it says nothing else'],
  })
  expect(out).not.toContain('Ann')
})

test('a resource of the configuration brings its routes, those of its OpenAPI document too', async () => {
  const here = folder()
  writeFileSync(
    join(here, 'crm.yaml'),
    'openapi: 3.1.0\npaths:\n  /exports/{name}:\n    get: { operationId: exportAll, x-sallyport-effects: [export], tags: [exports] }\n',
  )
  writeFileSync(
    join(here, 'sallyport.yaml'),
    `environments: [{ id: prod }]
resources:
  - id: crm
    kind: http
    environment: prod
    address: https://crm.internal
    openapi: crm.yaml
    routes: [{ route: "POST /graphql", speaks: graphql }]
changes: unguarded
`,
  )
  const say = async (text: string) => {
    const place = ['--resource', 'crm', '--config', join(here, 'sallyport.yaml')]
    const { out } = await sallyport(['describe', '--kind', 'http', ...place, text])
    return JSON.parse(out) as { says: string; assumed?: readonly string[] }
  }
  expect(await say('GET /exports/all')).toMatchObject({ says: 'Exports exports: exportAll on crm.' })
  expect(await say('GET /exports/all')).not.toHaveProperty('assumed')
  const mutation = 'POST /graphql\nContent-Type: application/json\n\n{"query":"mutation { purge }"}'
  expect(await say(mutation)).toMatchObject({ says: 'Changes purge: mutation purge on crm.' })
})
