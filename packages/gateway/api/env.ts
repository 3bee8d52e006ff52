import { OpenAPIHono } from '@hono/zod-openapi'
import { redactText } from '@sallyport/core/redact/redact'
import { refusal } from '@sallyport/core/refusal/refusal'
import { Refused } from './refused.ts'
import type { Who } from './who.ts'

/** What the first middleware puts beside each request. */
export interface Env {
  readonly Variables: { readonly who: Who }
}

export type Api = OpenAPIHono<Env>

const DETAIL_LIMIT_CHARS = 300

/** A router whose requests are checked against the contract before a handler sees them. */
export function router(): Api {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return
      const [issue] = result.error.issues
      const field = [result.target, ...(issue?.path ?? [])].join('.')
      // The path of a field and the message may repeat names that the sender chose.
      const detail = redactText(
        `\`${field}\`: ${issue?.message ?? 'not as the contract says'}`,
        DETAIL_LIMIT_CHARS,
      )
      throw new Refused(refusal('malformed', detail))
    },
  })
}

/** What people and agents write goes through the choke point before anything else looks at it. */
export function said(text: string) {
  return redactText(text, TEXT_KEPT_CHARS)
}

const TEXT_KEPT_CHARS = 2_000
