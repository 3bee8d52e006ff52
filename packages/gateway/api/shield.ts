import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { Context, MiddlewareHandler } from 'hono'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'

/** Larger than any body of this API, which carries no payloads but one small request. */
export const BODY_LIMIT_BYTES = 512 * 1024

/**
 * Hosts and origins by name, also on loopback: a page of the attacker whose name resolves to 127.0.0.1 (DNS rebinding) is
 * same-origin with itself, and its Host header is all that tells it from ours.
 */
export function ownNames(parts: ApiParts): MiddlewareHandler {
  return async (c, next) => {
    const origins = parts.origins()
    const hosts = origins.map((origin) => new URL(origin).host)
    const host = c.req.header('Host')
    if (host === undefined || !hosts.includes(host.toLowerCase())) {
      throw new Refused(refusal('malformed', safe`this gateway does not go by the name in Host`))
    }
    const origin = c.req.header('Origin')
    if (origin !== undefined && !origins.includes(origin)) {
      throw new Refused(refusal('malformed', safe`the request comes from the page of another site`))
    }
    await next()
  }
}

/** A body says how long it is before it comes: what has no length could only be refused after it was read. */
export const limitedBody: MiddlewareHandler = async (c, next) => {
  if (c.req.header('Transfer-Encoding') !== undefined) {
    throw new Refused(refusal('malformed', safe`a body is sent with its Content-Length`))
  }
  if (lengthOf(c) > BODY_LIMIT_BYTES) {
    throw new Refused(refusal('too-large', safe`a body has at most ${BODY_LIMIT_BYTES} bytes`))
  }
  await next()
}

/** A form of another site can post `text/plain` that reads as JSON, without asking first. It cannot post this type. */
export const onlyJson: MiddlewareHandler = async (c, next) => {
  const type = c.req.header('Content-Type')
  if (lengthOf(c) > 0 && !/^application\/json(;\s*charset=utf-8)?$/i.test(type ?? '')) {
    throw new Refused(refusal('malformed', safe`a body is sent as application/json`))
  }
  await next()
}

/** Node holds the sender to it: what is longer is another request. */
function lengthOf(c: Context): number {
  return Number(c.req.header('Content-Length') ?? 0)
}

const NOTHING_LOADED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** What every answer carries. A handler that needs another policy has set it before this looks. */
export const quietHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  const { headers } = c.res
  const setDefault = (name: string, value: string) => headers.has(name) || headers.set(name, value)
  setDefault('Content-Security-Policy', NOTHING_LOADED)
  setDefault('Cache-Control', 'no-store')
  setDefault('Referrer-Policy', 'no-referrer')
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
}
