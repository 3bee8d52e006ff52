import type { Instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { ApiParts } from './parts.ts'
import { isRefusal, Refused, settled } from './refused.ts'
import type { Who } from './who.ts'

const PAGE_KEY_HEADER = 'Sallyport-CSRF'

const SAFE_METHODS = new Set(['GET', 'HEAD'])
const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i

/**
 * Who this request speaks for. A token outranks a cookie, so that nothing becomes present by having both. A cookie alone
 * looks: browsers give it to every port of the host. The page key comes in a header, or as a field of a form.
 */
export async function whoSpeaks(
  c: Context,
  parts: ApiParts,
  pageKey: string | null = c.req.header(PAGE_KEY_HEADER) ?? null,
): Promise<Who | Refusal> {
  const header = c.req.header('Authorization')
  if (header !== undefined) {
    const token = BEARER.exec(header)?.[1]
    if (token === undefined) return refusal('not-authenticated', safe`not a bearer token`)
    const proved = await parts.identity.token(token)
    if (isRefusal(proved) || proved.kind !== 'person') return proved
    const { person, caller, madeBy } = proved
    return { kind: 'person', person, caller, madeBy, present: null, by: 'token' }
  }
  const cookie = sessionCookie(c, parts)
  if (cookie === undefined) return refusal('not-authenticated', safe`neither a token nor a session`)
  const session = await parts.identity.session(cookie, pageKey)
  if (isRefusal(session)) return session
  const { person, caller, madeBy, presence } = session
  return { kind: 'person', person, caller, madeBy, present: presence, by: 'cookie' }
}

/** The same, or out with the refusal; and what changes something with a cookie must also come from our own page. */
export async function proved(c: Context, parts: ApiParts): Promise<Who> {
  const who = settled(await whoSpeaks(c, parts))
  ownPage(c, who, parts)
  return who
}

/**
 * What changes something and comes with a cookie must come from our own page: another site can make a browser send the
 * cookie (a sibling host even past SameSite), but not our Origin; and who was sent the cookie on another port can make an
 * Origin up, but has not the key of the page.
 */
export function ownPage(c: Context, who: Who, parts: ApiParts): void {
  if (SAFE_METHODS.has(c.req.method) || who.kind !== 'person' || who.by !== 'cookie') return
  fromOwnOrigin(c, parts)
  if (who.present === null) {
    throw new Refused(
      refusal('needs-presence', safe`this did not bring the key that a sign-in leaves in its browser`),
    )
  }
}

/** Browsers name the page that a POST comes from, and scripts cannot change that. */
export function fromOwnOrigin(c: Context, parts: ApiParts): void {
  const origin = c.req.header('Origin')
  if (origin === undefined || !parts.origins().includes(origin)) {
    throw new Refused(refusal('needs-presence', safe`the request did not come from this gateway's own page`))
  }
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
