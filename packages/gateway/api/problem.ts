import { problemOf } from '@sallyport/contract/problem'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { REFUSALS } from '@sallyport/core/refusal/table'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { StoreFailure } from '../store/failure.ts'
import type { Metrics } from './metrics.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'

/** Soon enough for somebody who waits, late enough for what is down to come up. */
const RETRY_AFTER_S = 5

/** RFC 9457. `path` becomes the member `open`: where a person finds what they have to do themself. */
export function problem(c: Context, why: Refusal, parts: ApiParts, path?: string): Response {
  const { http } = REFUSALS[why.code]
  const headers = new Headers({ 'Content-Type': 'application/problem+json' })
  if (http === 401) headers.set('WWW-Authenticate', 'Bearer realm="sallyport"')
  if (http === 429 || http === 503) headers.set('Retry-After', String(RETRY_AFTER_S))
  const open = path === undefined ? {} : { open: parts.consoleUrl() + path }
  return new Response(JSON.stringify({ ...problemOf(why), ...open }), { status: http, headers })
}

/** Whatever a handler threw, as a refusal. What we did not foresee says nothing to the client and everything to the log. */
export function refusedBy(
  error: Error,
  parts: ApiParts,
  metrics: Metrics,
): Pick<Refused, 'refusal' | 'path'> {
  if (error instanceof Refused) return error
  if (error instanceof HTTPException) {
    return { refusal: refusal('malformed', safe`the body is not JSON`), path: undefined }
  }
  if (error instanceof StoreFailure) metrics.storeFailed()
  parts.log(safe`a request of the API failed`, error)
  return { refusal: refusal('unavailable', safe`the gateway cannot do this now`), path: undefined }
}
