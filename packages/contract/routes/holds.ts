import { createRoute, z } from '@hono/zod-openapi'
import { ActionParam, ActionView } from '../action.ts'
import { Decided, Said } from '../decision.ts'
import { HoldView, ListedHoldView } from '../hold.ts'
import { ANYBODY, body, json, PEOPLE, PRESENT, PROBLEM } from './route.ts'

export const listHolds = createRoute({
  method: 'get',
  path: '/v1/holds',
  operationId: 'listHolds',
  summary: 'What waits for you',
  tags: ['holds'],
  security: PEOPLE,
  description: 'At most 100. The card of each, with what its caller did before, is at `/v1/holds/{id}`.',
  responses: {
    200: json(
      'Oldest first.',
      z.object({
        holds: z.array(ListedHoldView),
        more: z.int().openapi({ description: 'How many wait for you besides these.' }),
      }),
    ),
    default: PROBLEM,
  },
})

export const readHold = createRoute({
  method: 'get',
  path: '/v1/holds/{id}',
  operationId: 'readHold',
  summary: 'The card of a held action',
  tags: ['holds'],
  security: ANYBODY,
  request: { params: ActionParam },
  responses: { 200: json('The card, and whether you may decide.', HoldView), default: PROBLEM },
})

export const decideHold = createRoute({
  method: 'post',
  path: '/v1/holds/{id}/decisions',
  operationId: 'decideHold',
  summary: 'Approve or deny',
  description:
    'Needs a person who is present: the session of a browser, the Origin of this gateway and the page key that the sign-in left there in `Sallyport-CSRF`. Every bearer token is refused.',
  tags: ['holds'],
  security: PRESENT,
  request: { params: ActionParam, body: body(Decided) },
  responses: { 200: json('The action as the decision left it.', ActionView), default: PROBLEM },
})

export const askQuestion = createRoute({
  method: 'post',
  path: '/v1/holds/{id}/questions',
  operationId: 'askQuestion',
  summary: 'Ask the requester. The action under review does not change',
  tags: ['holds'],
  security: PEOPLE,
  request: { params: ActionParam, body: body(Said) },
  responses: { 200: json('The action with its thread.', ActionView), default: PROBLEM },
})

export const answerQuestion = createRoute({
  method: 'post',
  path: '/v1/holds/{id}/answers',
  operationId: 'answerQuestion',
  summary: 'Answer, as the agent that asked for it or as a person of its chain',
  tags: ['holds'],
  security: ANYBODY,
  request: { params: ActionParam, body: body(Said) },
  responses: { 200: json('The action with its thread.', ActionView), default: PROBLEM },
})
