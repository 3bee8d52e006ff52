import { parseName, type Shape } from '@sallyport/core/action/ids'
import { describe, expect, test } from 'vitest'
import { describeHttp } from '../http/describe.ts'
import { parseHttpText } from '../http/text.ts'
import { describeWaiver } from './waiver.ts'

const resource = parseName('resource', 'crm')
const asker = parseName('agent', 'bot')
if (resource === undefined || asker === undefined) throw new Error('no name')
const SHAPE = 'a'.repeat(64) as Shape

const ROUTE = {
  method: 'DELETE',
  path: '/customers/{id}',
  effects: null,
  datasets: [],
  labels: ['pii'],
  operation: null,
  speaks: null,
}

function waiver(text: string, uses = 5, forMs = 8 * 3_600_000) {
  const message = parseHttpText(text)
  if (message.kind === 'unclear' || resource === undefined || asker === undefined) throw new Error('unclear')
  const waived = describeHttp(
    message,
    { id: resource, address: { hostname: 'crm.test' }, routes: [ROUTE] },
    null,
  )
  return describeWaiver({ asker, resource, waived, shape: SHAPE, uses, forMs })
}

describe('a waiver', () => {
  test('gives a right, on the operation, datasets and labels of what it lets pass', () => {
    expect(waiver('DELETE /customers/4711?force=yes')).toMatchObject({
      effects: ['grant'],
      facts: {
        kind: 'self',
        self: { change: 'waiver', subject: 'crm' },
        understood: true,
        operation: 'DELETE /customers/{id}',
        datasets: ['customers'],
        labels: ['pii'],
        unknown: [],
      },
    })
  })

  test('of what is not wholly known is not wholly known', () => {
    expect(waiver('DELETE /4711/x').facts).toMatchObject({ unknown: ['operation', 'datasets'] })
  })

  test.each([
    [5, 8 * 3_600_000, '5 times within 8h'],
    [1, 90 * 60_000, 'once within 90m'],
    [1000, 30 * 86_400_000, '1000 times within 30d'],
  ])('for %i uses and %i ms says so in one sentence', (uses, forMs, times) => {
    const { says } = waiver('DELETE /customers/4711', uses, forMs)
    expect(says).toBe(`Lets bot run DELETE /customers/{id} on crm ${times} without asking anybody.`)
  })

  test('shows whatever tells its shape from another, and no value of the request', () => {
    const described = waiver('DELETE /customers/4711?force=hunter2&at=9')
    expect(described.command).toEqual({
      line: 'waive DELETE /customers/{id} on crm',
      parameters: [
        { name: 'effects', value: 'delete' },
        { name: 'query', value: 'at, force' },
        { name: 'uses', value: '5' },
        { name: 'for', value: '8h' },
        { name: 'shape', value: SHAPE },
      ],
    })
    expect(JSON.stringify(described)).not.toMatch(/4711|hunter2/)
  })
})
