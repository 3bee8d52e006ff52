import { createRoute } from '@hono/zod-openapi'
import { Status } from '../house.ts'
import { json, PROBLEM } from './route.ts'

export const readStatus = createRoute({
  method: 'get',
  path: '/v1/status',
  operationId: 'readStatus',
  summary: 'Whether the gateway is set up so that its promises hold',
  tags: ['gateway'],
  security: [{ operatorToken: [] }, { personToken: [] }, { session: [] }],
  responses: {
    200: json('For the operator, or with the right to operate or audit.', Status),
    default: PROBLEM,
  },
})
