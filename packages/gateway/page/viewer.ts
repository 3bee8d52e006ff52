import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { REFUSALS } from '@sallyport/core/refusal/table'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ApiParts } from '../api/parts.ts'
import { isRefusal, Refused } from '../api/refused.ts'
import { ownPage, whoSpeaks } from '../api/session.ts'
import type { SignedIn } from '../api/who.ts'
import type { Form } from './form.ts'
import { type Live, page } from './frame.ts'
import type { Html } from './html.ts'
import { PAGE_KEY_FIELD } from './keyed.ts'
import { noticePage } from './notice.ts'
import { arrivedPage, signedOutPage } from './sign-in.ts'

/** Somebody in a browser. */
export interface Viewer extends SignedIn {
  readonly name: string
}

/** Who looks at a page: a browser session and nothing else. Looking takes no page key. */
export async function signedIn(c: Context, parts: ApiParts, pageKey: string | null = null): Promise<Viewer> {
  const who = await whoSpeaks(c, parts, pageKey)
  if (isRefusal(who)) throw new Refused(who)
  if (who.kind !== 'person' || who.by !== 'cookie') {
    throw new Refused(refusal('needs-presence', safe`pages are for browsers that are signed in`))
  }
  const name = parts.identity.directory().directory.people.get(who.person)?.name ?? who.person
  return { ...who, name }
}

/** A form that a signed-in browser sends from a page of ours. */
export async function signedInForm(
  c: Context,
  parts: ApiParts,
): Promise<{ readonly who: Viewer; readonly form: Form }> {
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(c.req.header('Content-Type') ?? '')) {
    throw new Refused(refusal('malformed', safe`a form is sent as application/x-www-form-urlencoded`))
  }
  const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
  const who = await signedIn(c, parts, form[PAGE_KEY_FIELD] ?? null)
  ownPage(c, who, parts)
  return { who, form }
}

/** A page with its frame and the headers of pages. */
export function show(
  c: Context,
  parts: ApiParts,
  frame: { readonly title: string; readonly who: Viewer | null; readonly live: Live | null },
  main: Html,
  status: ContentfulStatusCode = 200,
): Response {
  const { title, who, live } = frame
  const unguarded = parts.configuration.changes === 'unguarded'
  const viewer = who === null ? null : { name: who.name }
  const own = ownOrigin(c)
  c.header('Content-Security-Policy', pagePolicy(own))
  // With `no-referrer` a browser sends `Origin: null` with our own forms. This one tells other sites just as little.
  c.header('Referrer-Policy', 'same-origin')
  return c.html(page({ title, viewer, unguarded, live }, main).markup, status)
}

/** A no as a page; where nobody is signed in, the way in. */
export function showRefusal(c: Context, why: Refusal, parts: ApiParts): Response {
  const nobody = { title: 'Sign in', who: null, live: null }
  if (why.code !== 'not-authenticated' || c.req.path.startsWith('/sign-in/')) {
    return show(
      c,
      parts,
      { title: 'Not done', who: null, live: null },
      noticePage(why),
      REFUSALS[why.code].http as ContentfulStatusCode,
    )
  }
  const fromElsewhere = c.req.method === 'GET' && c.req.header('Sec-Fetch-Site') === 'cross-site'
  return fromElsewhere
    ? show(c, parts, nobody, arrivedPage(c.req.path), 200)
    : show(c, parts, nobody, signedOutPage(), 401)
}

/** Our files by name, one stream, forms to here. Nothing inline, nothing from elsewhere, in no frame. */
function pagePolicy(own: string): string {
  return [
    "default-src 'none'",
    `style-src ${own}/style.css`,
    `script-src ${own}/page-key.js ${own}/live.js`,
    `img-src ${own}/icon.svg`,
    `connect-src ${own}/v1/events`,
    `form-action ${own}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
}

/** The name by which this browser came, which is one of ours by now. */
function ownOrigin(c: Context): string {
  return new URL(c.req.url).origin
}
