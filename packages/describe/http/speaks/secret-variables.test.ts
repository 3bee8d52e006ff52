import { name } from '@sallyport/testkit/policy'
import { expect, test } from 'vitest'
import { describeHttp, type HttpTarget } from '../describe.ts'
import { httpMessage } from '../message.ts'

const SILENT = { operation: null, effects: null, datasets: [], labels: [] }
const CRM: HttpTarget = {
  id: name('resource', 'crm'),
  address: { hostname: 'crm.test' },
  routes: [{ ...SILENT, method: 'POST', path: '/graphql', speaks: { language: 'graphql', operations: {} } }],
}

function shown(request: unknown) {
  const bytes = new TextEncoder().encode(JSON.stringify(request))
  const body = { kind: 'whole', bytes: bytes.length, sha256: '0'.repeat(64) } as const
  const headers = [['content-type', 'application/json']] as const
  const message = httpMessage({ method: 'POST', target: '/graphql', headers, body }, null)
  if (message.kind === 'unclear') throw new Error(message.why)
  const { parameters } = describeHttp(message, CRM, bytes).command
  return parameters.filter(({ name }) => name.includes('variables'))
}

test('a variable is hidden as the argument that it is given to', () => {
  const query =
    'mutation ($x: String, $y: In, $z: Int) { login(password: $x, in: { tokens: [$y] }, age: $z) }'
  const variables = { x: 'hunter2', y: { hunter3: 1 }, z: 7 }
  const hidden = '‹hidden: secret›'
  expect(shown({ query, variables })).toEqual([
    { name: 'body variables.x', value: hidden },
    { name: 'body variables.y', value: hidden },
    { name: 'body variables.z', value: '7' },
  ])
  expect(shown([{ query, variables: { x: 'hunter2' } }])).toEqual([
    { name: 'body [0].variables.x', value: hidden },
  ])
})
