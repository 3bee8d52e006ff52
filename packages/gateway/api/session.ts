import { createHash, timingSafeEqual } from 'node:crypto'
import type { Instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { ApiParts } from './parts.ts'
import { isRefusal, Refused, settled } from './refused.ts'
import type { Who } from './who.ts'

const CSRF_HEADER = 'Sallyport-CSRF'
export const CSRF_FIELD = 'csrf'

const SAFE_METHODS = new Set(['GET', 'HEAD'])
const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i

/** Who this request speaks for. A token outranks a cookie, so that nothing becomes present by having both. */
export async function whoSpeaks(c: Context, parts: ApiParts): Promise<Who | Refusal> {
  const header = c.req.header('Authorization')
  if (header !== undefined) {
    const token = BEARER.exec(header)?.[1]
    if (token === undefined) return refusal('not-authenticated', safe`not a bearer token`)
    const proved = await parts.identity.token(token)
    if (isRefusal(proved) || proved.kind !== 'person') return proved
    return { kind: 'person', person: proved.person, caller: proved.caller, present: null, csrf: null }
  }
  const cookie = sessionCookie(c, parts)
  if (cookie === undefined) return refusal('not-authenticated', safe`neither a token nor a session`)
  const session = await parts.identity.session(cookie)
  if (isRefusal(session)) return session
  const { person, caller, presence } = session
  return { kind: 'person', person, caller, present: presence, csrf: csrfOf(cookie) }
}

/** The same, or out with the refusal; and what changes something with a cookie must also come from our own page. */
export async function proved(c: Context, parts: ApiParts): Promise<Who> {
  const who = settled(await whoSpeaks(c, parts))
  if (who.kind === 'person' && who.csrf !== null) ownPage(c, who.csrf, c.req.header(CSRF_HEADER), parts)
  return who
}

/**
 * What changes something and comes with a cookie must come from our own page: another site can make a browser send the
 * cookie (a sibling host even past SameSite), but neither our Origin nor a value that only our page was given.
 */
export function ownPage(c: Context, csrf: string, given: string | undefined, parts: ApiParts): void {
  if (SAFE_METHODS.has(c.req.method)) return
  fromOwnOrigin(c, parts)
  if (given === undefined || !sameText(given, csrf)) throw foreign()
}

/** Browsers name the page that a POST comes from, and scripts cannot change that. */
export function fromOwnOrigin(c: Context, parts: ApiParts): void {
  const origin = c.req.header('Origin')
  if (origin === undefined || !parts.origins().includes(origin)) throw foreign()
}

function foreign(): Refused {
  return new Refused(refusal('needs-presence', safe`the request did not come from this gateway's own page`))
}

export function sessionCookie(c: Context, parts: ApiParts): string | undefined {
  return getCookie(c, cookieName(parts))
}

/** RFC 6265bis: a `__Host-` cookie is Secure, of this host alone, and no sibling host can set it. Plain HTTP has no such thing. */
export function cookieName(parts: ApiParts): string {
  return isHttps(parts) ? '__Host-sallyport' : 'sallyport'
}

export function cookieSettings(until: Instant, parts: ApiParts) {
  return {
    httpOnly: true,
    sameSite: 'Strict',
    secure: isHttps(parts),
    path: '/',
    expires: new Date(until),
  } as const
}

function isHttps(parts: ApiParts): boolean {
  return parts.origins().every((origin) => origin.startsWith('https:'))
}

/** Nobody who cannot read the cookie can make this, and it does not give the cookie away. */
function csrfOf(cookie: string): string {
  return createHash('sha256').update(`sallyport csrf\0${cookie}`).digest('base64url')
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
