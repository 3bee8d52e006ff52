import { TEXT_LIMIT_CHARS } from '@sallyport/contract/words'
import type { Said } from '@sallyport/core/card/card'
import type { Instant } from '@sallyport/core/given'
import type { Hold } from '../api/hold.ts'
import { type Html, html, theirs } from './html.ts'
import { PAGE_KEY } from './keyed.ts'
import { ago } from './times.ts'

/** Questions and answers in the order in which they were said. */
export function thread(said: readonly Said[], now: Instant): Html | null {
  if (said.length === 0) return null
  return html`<section class="tight" aria-labelledby="thread"><h2 id="thread">Questions and answers</h2>
<ol class="thread">${said.map((one) => html`<li><p class="small soft">${theirs(one.by)} ${one.kind === 'question' ? 'asked' : 'answered'} ${ago(one.at, now)}</p><p>${theirs(one.text)}</p></li>`)}</ol></section>`
}

export function askForm({ card }: Hold, kind: 'question' | 'answer'): Html {
  const [title, label, button] =
    kind === 'question'
      ? ['Ask the requester', 'Your question. The action does not change by it.', 'Ask']
      : ['Answer', 'Your answer to the people who decide.', 'Answer']
  return html`<details><summary>${title}</summary>
<form method="post" action="/holds/${card.basis.action}/${kind}">${PAGE_KEY}
<label class="field">${label}<textarea name="text" rows="3" maxlength="${TEXT_LIMIT_CHARS}" required></textarea></label>
<button>${button}</button></form></details>`
}
