import type { Refusal } from '@sallyport/core/refusal/refusal'
import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'

/** RFC 9457, with our stable `code`, the advice to the agent, and the action that it is about. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: RefusalCode
  readonly advice: string
  readonly action?: string
}

export const PROBLEM_TYPE = 'application/problem+json'

/** One spelling of a refusal for API and doors alike. */
export function problemOf({ code, detail, action }: Refusal): ProblemDocument {
  const { meaning, http, advice } = REFUSALS[code]
  return {
    type: `urn:sallyport:problem:${code}`,
    title: meaning,
    status: http,
    detail,
    code,
    advice,
    ...(action === undefined ? {} : { action }),
  }
}
