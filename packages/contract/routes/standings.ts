import { createRoute, z } from '@hono/zod-openapi'
import { ActionView } from '../action.ts'
import { AskedWaiver, FreezeAsked, FreezeView, StandingView } from '../standing.ts'
import { FreezeId, StandingId } from '../words.ts'
import { IdempotencyKey } from './actions.ts'
import { ANYBODY, body, json, PEOPLE, PRESENT, PROBLEM } from './route.ts'

export const listWaivers = createRoute({
  method: 'get',
  path: '/v1/waivers',
  operationId: 'listWaivers',
  summary: 'Waivers and bans in force that you may see',
  tags: ['standing decisions'],
  security: ANYBODY,
  responses: { 200: json('Newest last.', z.object({ standings: z.array(StandingView) })), default: PROBLEM },
})

export const askWaiver = createRoute({
  method: 'post',
  path: '/v1/waivers',
  operationId: 'askWaiver',
  summary: 'Ask people to let requests of one shape pass for a while, before they are needed',
  description:
    'This is an action on the resource `sallyport`: it waits, and once it was approved its answer names the waiver. Values in ' +
    'the path do not matter, only the shape. Asked for is what a reviewer could waive; it skips a hold, never a refusal.',
  tags: ['standing decisions'],
  security: [{ agentKey: [] }],
  request: { headers: IdempotencyKey, body: body(AskedWaiver) },
  responses: {
    202: {
      ...json('It waits for people. Look at `Location` for what becomes of it.', ActionView),
      headers: z.object({ Location: z.string() }),
    },
    default: PROBLEM,
  },
})

export const revokeWaiver = createRoute({
  method: 'delete',
  path: '/v1/waivers/{id}',
  operationId: 'revokeWaiver',
  summary: 'Take back a waiver, or lift a ban',
  tags: ['standing decisions'],
  security: PEOPLE,
  request: { params: z.object({ id: StandingId }) },
  responses: { 204: { description: 'It is no longer in force.' }, default: PROBLEM },
})

export const freeze = createRoute({
  method: 'post',
  path: '/v1/freezes',
  operationId: 'freeze',
  summary: 'Stop an agent, a resource or everything, now',
  tags: ['freezes'],
  security: PEOPLE,
  request: { body: body(FreezeAsked) },
  responses: { 201: json('It is frozen.', FreezeView), default: PROBLEM },
})

export const listFreezes = createRoute({
  method: 'get',
  path: '/v1/freezes',
  operationId: 'listFreezes',
  summary: 'What is frozen',
  tags: ['freezes'],
  security: ANYBODY,
  responses: { 200: json('Newest last.', z.object({ freezes: z.array(FreezeView) })), default: PROBLEM },
})

export const unfreeze = createRoute({
  method: 'delete',
  path: '/v1/freezes/{id}',
  operationId: 'unfreeze',
  summary: 'Let it go on. Needs a person who is present and may operate the gateway',
  tags: ['freezes'],
  security: PRESENT,
  request: { params: z.object({ id: FreezeId }) },
  responses: { 200: json('It is lifted.', FreezeView), default: PROBLEM },
})
