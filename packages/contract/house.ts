import { z } from '@hono/zod-openapi'

/** What `sallyport doctor` asks: whether this gateway is set up so that its promises hold. */
export const Status = z
  .object({
    version: z.string(),
    changes: z.enum(['unguarded']).openapi({
      description: 'Whether changes of policy, people and keys are under the gate themselves.',
    }),
    policy: z.string().openapi({ description: 'Digest of the policy set in force.' }),
    directory: z.string(),
    head: z.object({ size: z.int(), published: z.int() }),
    verifierKey: z.string(),
    waiting: z.int(),
    holds: z
      .array(
        z.object({
          rule: z.string(),
          resource: z.string(),
          groups: z.array(z.object({ group: z.string(), approvals: z.int() })),
          people: z
            .array(z.string())
            .openapi({ description: 'Who could decide it, before the chain is taken out.' }),
          enough: z.boolean(),
        }),
      )
      .openapi({ description: 'Who could decide what each hold policy holds.' }),
  })
  .openapi('Status')

export const Explanation = z
  .object({
    action: z.string(),
    recorded: z.object({ kind: z.string(), rules: z.array(z.string()), because: z.string() }),
    replayed: z.object({ kind: z.string(), rules: z.array(z.string()), because: z.string() }).nullable(),
    same: z.boolean().openapi({ description: 'Whether the archived policy still says what was recorded.' }),
    policy: z.string(),
    directory: z.string(),
    leaf: z.int().openapi({ description: 'Index of the entry in the log.' }),
  })
  .openapi('Explanation')

export type Status = z.infer<typeof Status>
export type Explanation = z.infer<typeof Explanation>
