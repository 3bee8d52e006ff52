import { createRoute, z } from '@hono/zod-openapi'
import { ActionParam, ActionView, AskedAction, RanView, WaitQuery } from '../action.ts'
import { Explanation } from '../house.ts'
import { ANYBODY, body, json, PROBLEM } from './route.ts'

/** Long enough for any client's key; it is kept only as an HMAC. */
const IDEMPOTENCY_KEY_LIMIT_CHARS = 255

export const IdempotencyKey = z.object({
  'idempotency-key': z.string().min(1).max(IDEMPOTENCY_KEY_LIMIT_CHARS).optional(),
})

export const askAction = createRoute({
  method: 'post',
  path: '/v1/actions',
  operationId: 'askAction',
  summary: 'Ask for an action by a handle: it may wait for people while you do something else',
  tags: ['actions'],
  security: [{ agentKey: [] }, { personToken: [] }, { session: [] }],
  request: {
    headers: IdempotencyKey,
    body: body(AskedAction),
  },
  responses: {
    200: json('It was allowed and ran; its answer is here and is not kept.', RanView),
    202: {
      ...json('It waits for people. Look at `Location` for what becomes of it.', ActionView),
      headers: z.object({ Location: z.string() }),
    },
    default: PROBLEM,
  },
})

export const readAction = createRoute({
  method: 'get',
  path: '/v1/actions/{id}',
  operationId: 'readAction',
  summary: 'What has become of an action, at once or when it changes',
  tags: ['actions'],
  security: ANYBODY,
  request: { params: ActionParam, query: WaitQuery },
  responses: { 200: json('The action as it stands.', ActionView), default: PROBLEM },
})

export const fetchAnswer = createRoute({
  method: 'get',
  path: '/v1/actions/{id}/answer',
  operationId: 'fetchAnswer',
  summary: 'The answer of the target to an action that ran by its handle',
  description:
    'Its status is in `Sallyport-Status`, its type in `Sallyport-Content-Type`. `conflict` while there is none.',
  tags: ['actions'],
  security: [{ agentKey: [] }, { personToken: [] }, { session: [] }],
  request: { params: ActionParam },
  responses: {
    200: {
      description: 'The body as it came.',
      headers: z.object({ 'Sallyport-Status': z.string(), 'Sallyport-Content-Type': z.string().optional() }),
      content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    default: PROBLEM,
  },
})

export const withdrawAction = createRoute({
  method: 'delete',
  path: '/v1/actions/{id}',
  operationId: 'withdrawAction',
  summary: 'Take back an action that has not run',
  tags: ['actions'],
  security: ANYBODY,
  request: { params: ActionParam },
  responses: { 200: json('It is withdrawn.', ActionView), default: PROBLEM },
})

export const explainAction = createRoute({
  method: 'get',
  path: '/v1/actions/{id}/explanation',
  operationId: 'explainAction',
  summary: 'Judge it again from its entry in the record, by the policy and the people of its time',
  tags: ['actions'],
  security: ANYBODY,
  request: { params: ActionParam },
  responses: { 200: json('What was recorded and what the archive says.', Explanation), default: PROBLEM },
})

export const readReceipt = createRoute({
  method: 'get',
  path: '/v1/receipts/{id}',
  operationId: 'readReceipt',
  summary: 'The proof of an action that anybody can check without this gateway',
  tags: ['record'],
  security: ANYBODY,
  request: { params: ActionParam },
  responses: {
    200: {
      description: 'A receipt. Whoever asked for the action finds its nonce there, and nobody else.',
      content: { 'text/plain': { schema: z.string() } },
    },
    default: PROBLEM,
  },
})
