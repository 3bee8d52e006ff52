import type { Hold } from '../api/hold.ts'
import { type Html, html } from './html.ts'
import { keyed, PAGE_KEY } from './keyed.ts'
import { askForm } from './thread.ts'
import { span } from './times.ts'

const HOUR_MS = 60 * 60 * 1000

/** Approve, deny or ask. Each form names the card that was shown, so that a card that changed meanwhile is not decided. */
export function decideForms(hold: Hold, cut: boolean): Html {
  const { basis } = hold.card
  const mayApprove = !cut && hold.mayApprove
  const oneClick = mayApprove && basis.whole
  return keyed(
    'Your decision',
    html`<form method="post" action="/holds/${basis.action}/decision">${proof(hold)}
<div class="pair">${oneClick ? html`<button class="yes" name="word" value="approve:once">Approve once</button>` : null}<button class="no" name="word" value="deny:call">Deny</button></div></form>
${mayApprove && !basis.whole ? approveUnseen(hold) : null}
${oneClick && basis.waivable !== null ? waiverForm(hold, basis.waivable) : null}
${denyForm(hold)}
${askForm(hold, 'question')}`,
  )
}

function proof({ saw }: Hold): Html {
  return html`${PAGE_KEY}<input type="hidden" name="saw" value="${saw}">`
}

/** Something was cut before it was stored, so that nobody can see it: never in one click. */
function approveUnseen(hold: Hold): Html {
  return html`<details><summary>Approve although a part cannot be shown</summary>
<form method="post" action="/holds/${hold.card.basis.action}/decision">${proof(hold)}
<label class="choice"><input type="checkbox" name="unseen" required> I approve what I cannot see</label>
<button name="word" value="approve:once">Approve once</button></form></details>`
}

function waiverForm(hold: Hold, limit: { readonly uses: number; readonly forMs: number }): Html {
  const hours = Math.max(1, Math.floor(limit.forMs / HOUR_MS))
  return html`<details><summary>Approve more of the same</summary>
<form method="post" action="/holds/${hold.card.basis.action}/decision">${proof(hold)}
<p class="soft small">Actions of this shape, by this requester, on this resource pass without asking again. At most ${limit.uses} times and ${span(limit.forMs)}; you can take it back at any time.</p>
<div class="fields"><label>How often<input type="number" name="uses" min="1" max="${limit.uses}" value="${Math.min(5, limit.uses)}" required></label>
<label>For how many hours<input type="number" name="hours" min="1" max="${hours}" value="${Math.min(1, hours)}" required></label></div>
<button name="word" value="approve:waiver">Approve with a waiver</button></form></details>`
}

function denyForm(hold: Hold): Html {
  return html`<details><summary>Deny more than this</summary>
<form method="post" action="/holds/${hold.card.basis.action}/decision">${proof(hold)}
<fieldset><legend>What to deny, for a day</legend>
<label class="choice"><input type="radio" name="word" value="deny:shape" checked> Everything of this shape</label>
<label class="choice"><input type="radio" name="word" value="deny:session"> The rest of this session</label></fieldset>
<button class="no">Deny</button></form></details>`
}
