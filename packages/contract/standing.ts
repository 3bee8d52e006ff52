import { z } from '@hono/zod-openapi'
import { parseDurationMs } from '@sallyport/core/duration'
import { AskedAction } from './action.ts'
import { WAIVER_LIMIT_MS, WAIVER_USES_LIMIT } from './decision.ts'
import { Text, Time } from './words.ts'

const For = z
  .string()
  .max(8)
  .transform((text, ctx) => {
    const forMs = parseDurationMs(text)
    if (forMs !== undefined && forMs <= WAIVER_LIMIT_MS) return forMs
    ctx.addIssue({ code: 'custom', message: 'not a time of at most 30 days; write `8h`' })
    return z.NEVER
  })
  .openapi({ type: 'string', example: '8h' })

/** A request as it will come later, and how often and how long requests like it should pass. */
export const AskedWaiver = AskedAction.extend({
  uses: z.int().min(1).max(WAIVER_USES_LIMIT),
  for: For,
}).openapi('AskedWaiver')

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
