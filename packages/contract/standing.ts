import { z } from '@hono/zod-openapi'
import { Text, Time } from './words.ts'

/** A decision that outlives its action: a waiver, or a ban. */
export const StandingView = z
  .object({
    id: z.string(),
    kind: z.enum(['waiver', 'ban']),
    resource: z.string(),
    shape: z.string().nullable(),
    session: z.string().nullable(),
    usesLeft: z.int(),
    until: Time,
    by: z.array(z.string()),
    from: z.string().openapi({ description: 'The action whose decision gave it.' }),
  })
  .openapi('Standing')

export const FreezeAsked = z
  .strictObject({
    scope: z.enum(['agent', 'resource', 'everything']),
    name: z.string().max(63).optional().openapi({ description: 'Which agent or resource.' }),
    reason: Text,
  })
  .refine(({ scope, name }) => (name === undefined) === (scope === 'everything'), {
    path: ['name'],
    message: 'an agent or resource is named, everything is not',
  })
  .openapi('FreezeAsked')

export const FreezeView = z
  .object({
    id: z.string(),
    scope: z.enum(['agent', 'resource', 'everything']),
    name: z.string(),
    by: z.string(),
    at: Time,
    reason: z.string(),
    lifted: z.boolean(),
  })
  .openapi('Freeze')

export type StandingView = z.infer<typeof StandingView>
export type FreezeView = z.infer<typeof FreezeView>
