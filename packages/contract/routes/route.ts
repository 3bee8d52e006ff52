import { z } from '@hono/zod-openapi'
import { RefusalCodes } from '../action.ts'
import { PROBLEM_TYPE } from '../problem.ts'

const Problem = z
  .object({
    type: z.string().openapi({ example: 'urn:sallyport:problem:not-permitted' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: RefusalCodes,
    advice: z.string().openapi({ description: 'To the agent: what to do next.' }),
    action: z.string().optional(),
    open: z.url().optional().openapi({ description: 'Where a person finds what only they can do.' }),
  })
  .openapi('Problem')

/** What every route may answer instead. */
export const PROBLEM = {
  description: 'A problem document (RFC 9457) with a stable `code`.',
  content: { [PROBLEM_TYPE]: { schema: Problem } },
} as const

export const ANYBODY = [{ agentKey: [] }, { personToken: [] }, { operatorToken: [] }, { session: [] }]
export const PEOPLE = [{ personToken: [] }, { session: [] }]
export const PRESENT = [{ session: [] }]

export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } } as const
}
