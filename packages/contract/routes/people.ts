import { createRoute, z } from '@hono/zod-openapi'
import {
  AgentAsked,
  AgentKey,
  AgentParam,
  AgentView,
  PairingBegun,
  PairingState,
  SignInLink,
  SignInLinkAsked,
  WhoAmI,
} from '../people.ts'
import { ANYBODY, body, json, PROBLEM } from './route.ts'

const CONFIGURE = [{ operatorToken: [] }, { session: [] }]
const SECRET_LIMIT_CHARS = 128

export const whoAmI = createRoute({
  method: 'get',
  path: '/v1/whoami',
  operationId: 'whoAmI',
  summary: 'Who you are to this gateway',
  tags: ['people'],
  security: ANYBODY,
  responses: { 200: json('Never the proof, only who it proved.', WhoAmI), default: PROBLEM },
})

export const createAgent = createRoute({
  method: 'post',
  path: '/v1/agents',
  operationId: 'createAgent',
  summary: 'Make an agent with its first key',
  tags: ['agents'],
  security: CONFIGURE,
  request: { body: body(AgentAsked) },
  responses: { 201: json('The key, shown once.', AgentKey), default: PROBLEM },
})

export const listAgents = createRoute({
  method: 'get',
  path: '/v1/agents',
  operationId: 'listAgents',
  summary: 'Every agent and who answers for it',
  tags: ['agents'],
  security: ANYBODY,
  responses: { 200: json('Newest last.', z.object({ agents: z.array(AgentView) })), default: PROBLEM },
})

export const rotateKey = createRoute({
  method: 'post',
  path: '/v1/agents/{name}/rotate',
  operationId: 'rotateKey',
  summary: 'Another key in place of the one it has',
  tags: ['agents'],
  security: CONFIGURE,
  request: { params: AgentParam },
  responses: { 200: json('The key, shown once.', AgentKey), default: PROBLEM },
})

export const revokeAgent = createRoute({
  method: 'delete',
  path: '/v1/agents/{name}',
  operationId: 'revokeAgent',
  summary: 'End an agent and its keys',
  tags: ['agents'],
  security: CONFIGURE,
  request: { params: AgentParam },
  responses: { 204: { description: 'None of its keys proves anything any more.' }, default: PROBLEM },
})

export const makeSignInLink = createRoute({
  method: 'post',
  path: '/v1/sign-in-links',
  operationId: 'makeSignInLink',
  summary: 'A link by which a person signs in, once',
  tags: ['people'],
  security: CONFIGURE,
  request: { body: body(SignInLinkAsked) },
  responses: { 201: json('Hand it to that person and to nobody else.', SignInLink), default: PROBLEM },
})

export const beginPairing = createRoute({
  method: 'post',
  path: '/v1/pairings',
  operationId: 'beginPairing',
  summary: 'A command line asks to speak for a person, who confirms it in the browser',
  tags: ['people'],
  security: [],
  responses: { 201: json('Show the code and open the link.', PairingBegun), default: PROBLEM },
})

export const pollPairing = createRoute({
  method: 'get',
  path: '/v1/pairings/{secret}',
  operationId: 'pollPairing',
  summary: 'Whether the person has confirmed it. The token is given once',
  tags: ['people'],
  security: [],
  request: { params: z.object({ secret: z.string().min(1).max(SECRET_LIMIT_CHARS) }) },
  responses: { 200: json('Waiting, or the token.', PairingState), default: PROBLEM },
})
