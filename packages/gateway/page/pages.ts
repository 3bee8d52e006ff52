import { type ActionId, parseDrawn } from '@sallyport/core/action/ids'
import { basisOf } from '@sallyport/core/card/make-card'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { answer, ask, decide } from '../api/decide.ts'
import { editionOf, editionOfList } from '../api/edition.ts'
import { holdOf, holdsFor, listed } from '../api/hold.ts'
import { inChain, seen } from '../api/may-see.ts'
import type { ApiParts } from '../api/parts.ts'
import { Refused, settled } from '../api/refused.ts'
import { cookieName, cookieSettings, fromOwnOrigin, sessionCookie } from '../api/session.ts'
import type { SignedIn } from '../api/who.ts'
import { assets } from './assets.ts'
import { decisionOf, textOf } from './form.ts'
import { freezes } from './freezes.ts'
import { holdPage } from './hold.ts'
import { inboxPage } from './inbox.ts'
import { pairedPage, pairPage } from './pair.ts'
import { signedInPage, signInPage } from './sign-in.ts'
import { show, signedIn, signedInForm } from './viewer.ts'

/**
 * The page. It has no rules of its own: who may see and who may decide is asked of the same functions as the API's, and a
 * click goes to the same desk. GET changes nothing, since previews and prefetches follow every link.
 */
export function pages(parts: ApiParts): Hono {
  const web = new Hono()
  web.route('/', assets())

  web.get('/', async (c) => {
    const who = await signedIn(c, parts)
    const list = await holdsFor(who, parts)
    const { mine, others } = list
    const shown = (of: typeof mine) => ({ cards: listed(of, parts), more: of.more })
    const main = inboxPage(shown(mine), shown(others), parts.clock())
    const title = `${mine.lives.length + mine.more} waiting`
    return show(c, parts, { title, who, live: { of: '', edition: editionOfList(list) } }, main)
  })

  web.get('/holds/:id', async (c) => {
    const who = await signedIn(c, parts)
    const id = actionId(c.req.param('id'))
    const edition = await editionOf(id, who, parts)
    const life = await seen(who, id, parts)
    const everything = c.req.query('whole') !== undefined
    const main = holdPage({
      hold: await holdOf(life, who, parts),
      inChain: inChain(who, life, parts),
      now: parts.clock(),
      everything,
    })
    return show(c, parts, { title: life.action.says, who, live: { of: id, edition } }, main)
  })

  web.post('/holds/:id/decision', async (c) => {
    const { who, form } = await signedInForm(c, parts)
    const id = actionId(c.req.param('id'))
    const word = decisionOf(form)
    if (word.says === 'approve' && form['unseen'] === undefined) await mustBeWhole(who, id, parts)
    await decide(who, id, word, parts)
    return c.redirect(`/holds/${id}`, 303)
  })

  web.post('/holds/:id/question', async (c) => {
    const { who, form } = await signedInForm(c, parts)
    const id = actionId(c.req.param('id'))
    await ask(who, id, textOf(form), parts)
    return c.redirect(`/holds/${id}`, 303)
  })

  web.post('/holds/:id/answer', async (c) => {
    const { who, form } = await signedInForm(c, parts)
    const id = actionId(c.req.param('id'))
    await answer(who, id, textOf(form), parts)
    return c.redirect(`/holds/${id}`, 303)
  })

  web.route('/', freezes(parts))
  web.route('/', signing(parts))
  web.route('/', pairing(parts))
  return web
}

/** Something was cut before it was stored, so that no view shows it: the form for that asks a second time. */
async function mustBeWhole(who: SignedIn, id: ActionId, parts: ApiParts): Promise<void> {
  const life = await seen(who, id, parts)
  if (basisOf(life, parts.identity.directory().directory).whole) return
  throw new Refused(
    refusal('malformed', safe`a part of this action cannot be shown: say that you approve it unseen`, id),
  )
}

function signing(parts: ApiParts): Hono {
  const web = new Hono()
  const { identity } = parts

  web.get('/sign-in/:token', async (c) => {
    const token = c.req.param('token')
    const { person } = settled(await identity.readLink(token))
    const { people } = identity.directory().directory
    const main = signInPage(people.get(person)?.name ?? person, token)
    return show(c, parts, { title: 'Sign in', who: null, live: null }, main)
  })

  web.post('/sign-in/:token', async (c) => {
    // Else another site could sign a browser in as somebody else and let them decide in that name.
    fromOwnOrigin(c, parts)
    const { cookie, until, pageKey } = settled(await identity.useLink(c.req.param('token')))
    setCookie(c, cookieName(parts), cookie, cookieSettings(until, parts))
    // Not a redirect: this answer is the only one that ever holds the key, and no cache keeps it.
    c.header('Cache-Control', 'no-store')
    return show(c, parts, { title: 'Signed in', who: null, live: null }, signedInPage(pageKey))
  })

  web.post('/sign-out', async (c) => {
    // By the cookie alone, for browsers that have no page key any more. A thief could only sign themself out.
    fromOwnOrigin(c, parts)
    const cookie = sessionCookie(c, parts)
    if (cookie !== undefined) await identity.signOut(cookie)
    deleteCookie(c, cookieName(parts), { path: '/', secure: cookieName(parts).startsWith('__Host-') })
    return c.redirect('/', 303)
  })

  return web
}

function pairing(parts: ApiParts): Hono {
  const web = new Hono()
  const { identity } = parts

  web.get('/pair/:code', async (c) => {
    const who = await signedIn(c, parts)
    const code = c.req.param('code')
    settled(await identity.readPairing(code))
    return show(c, parts, { title: 'Connect', who, live: null }, pairPage(code, who.name))
  })

  web.post('/pair/:code', async (c) => {
    const { who } = await signedInForm(c, parts)
    settled(await identity.confirmPairing(c.req.param('code'), who))
    return show(c, parts, { title: 'Connected', who, live: null }, pairedPage())
  })

  return web
}

function actionId(text: string): ActionId {
  const id = parseDrawn('act', text)
  if (id !== undefined) return id
  throw new Refused(refusal('unknown-resource', safe`that is not the id of an action`))
}
