import { z } from '@hono/zod-openapi'
import { AgentName, GroupName, PersonName, Time } from './words.ts'

/** More groups than anybody gives one agent. */
const GROUPS_LIMIT = 32

export const WhoAmI = z
  .object({
    kind: z.enum(['agent', 'person', 'operator']),
    agent: z.string().nullable(),
    person: z.string().nullable(),
    /** A person who is present may decide. Neither a token nor a cookie without the page key is a presence. */
    present: z.boolean(),
    rights: z.array(z.enum(['operate', 'audit', 'configure'])),
  })
  .openapi('WhoAmI')

export const AgentAsked = z
  .strictObject({
    name: AgentName,
    owner: PersonName,
    groups: z.array(GroupName).max(GROUPS_LIMIT).default([]),
  })
  .openapi('AgentAsked')

export const AgentView = z
  .object({
    name: z.string(),
    owner: z.string(),
    groups: z.array(z.string()),
    createdAt: Time,
    revoked: z.boolean(),
  })
  .openapi('Agent')

export const AgentKey = z
  .object({ name: z.string(), key: z.string().openapi({ description: 'Shown once and never kept.' }) })
  .openapi('AgentKey')

export const AgentParam = z.object({ name: AgentName })

export const SignInLinkAsked = z.strictObject({ person: PersonName }).openapi('SignInLinkAsked')

export const SignInLink = z
  .object({ url: z.url(), until: Time })
  .openapi('SignInLink', { description: 'Good once. Whoever opens it is that person.' })

export const PairingBegun = z
  .object({
    code: z.string().openapi({ description: 'Shown to the person, who compares it in the browser.' }),
    secret: z.string().openapi({ description: 'What the command line polls with.' }),
    url: z.url(),
    until: Time,
  })
  .openapi('PairingBegun')

export const PairingState = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('waiting') }),
    z.object({ state: z.literal('paired'), person: z.string(), token: z.string(), until: Time }),
  ])
  .openapi('PairingState', { description: 'A paired token lists and asks. It never decides.' })

export type WhoAmI = z.infer<typeof WhoAmI>
export type AgentView = z.infer<typeof AgentView>
export type PairingState = z.infer<typeof PairingState>
