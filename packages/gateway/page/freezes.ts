import { parseDrawn } from '@sallyport/core/action/ids'
import { safeText } from '@sallyport/core/card/text'
import type { Instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { Hono } from 'hono'
import type { ApiParts } from '../api/parts.ts'
import { Refused, settled } from '../api/refused.ts'
import { presentPerson } from '../api/who.ts'
import type { Freeze } from '../store/store.ts'
import { type Html, html, theirs } from './html.ts'
import { keyed, PAGE_KEY } from './keyed.ts'
import { ago } from './times.ts'
import { show, signedIn, signedInForm } from './viewer.ts'

/** What is frozen, and where it is let go on: that takes somebody who is there, so that no command line does it. */
export function freezes(parts: ApiParts): Hono {
  const web = new Hono()

  web.get('/freezes', async (c) => {
    const who = await signedIn(c, parts)
    const live = await parts.store.read('freezes', { live: true })
    return show(c, parts, { title: 'Frozen', who, live: null }, freezesPage(live, parts.clock()))
  })

  web.post('/freezes/:id/lift', async (c) => {
    const { who } = await signedInForm(c, parts)
    const id = parseDrawn('frz', c.req.param('id'))
    if (id === undefined) throw new Refused(refusal('unknown-resource', safe`that is not the id of a freeze`))
    settled(await parts.desk.unfreeze(id, presentPerson(who, '/freezes').person))
    return c.redirect('/freezes', 303)
  })

  return web
}

function freezesPage(live: readonly Freeze[], now: Instant): Html {
  if (live.length === 0) {
    return html`<h1>Nothing is frozen</h1>
<p class="soft">Anybody on duty can stop an agent, a resource or everything: <code>sallyport freeze</code>.</p>`
  }
  return html`<h1>${live.length === 1 ? 'One freeze is in force' : `${live.length} freezes are in force`}</h1>
<ul class="cards quiet">${live.map((freeze) => line(freeze, now))}</ul>`
}

const WHAT: Readonly<Record<Freeze['scope'], string>> = {
  agent: 'The agent',
  resource: 'The resource',
  everything: 'Everything',
}

function line({ id, scope, name, by, at, reason }: Freeze, now: Instant): Html {
  return html`<li><p class="says">${WHAT[scope]} ${scope === 'everything' ? '' : name}</p>
<p class="soft small">frozen by ${by} ${ago(at, now)}</p>
<p>“${theirs(safeText(reason))}”</p>
${keyed('Let it go on', html`<form method="post" action="/freezes/${id}/lift">${PAGE_KEY}<button class="no">Lift this freeze</button></form>`)}</li>`
}
