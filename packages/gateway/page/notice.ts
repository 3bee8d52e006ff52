import { type Refusal } from '@sallyport/core/refusal/refusal'
import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'
import { type Html, html } from './html.ts'

/** What to tell a person; the table's advice is meant for agents. */
const ADVICE: Partial<Record<RefusalCode, string>> = {
  'not-authenticated': 'Sign in again.',
  'needs-presence': 'Sign in again with a new link, in this browser, and decide there.',
  'not-eligible': 'Its card says why.',
  'stale-card': 'Open the card again and read what changed.',
  'unknown-resource': 'It may never have been, or it is not yours to see.',
  conflict: 'Somebody was faster, or it has gone on. Open it again.',
  expired: 'Nobody decided in time. Nothing was sent.',
  withdrawn: 'The requester no longer waits. Nothing was sent.',
  denied: 'Somebody denied it. Nothing was sent.',
  unavailable: 'Try again in a moment.',
}

/** A no, in the words of the table. */
export function noticePage({ code, detail, action }: Refusal): Html {
  const advice = ADVICE[code]
  const back = action === undefined ? '/' : `/holds/${action}`
  return html`<div class="tight"><h1>${capital(REFUSALS[code].meaning)}</h1>
<p class="soft">${capital(detail)}.</p>
${advice === undefined ? null : html`<p>${advice}</p>`}</div>
<p><a class="button" href="${back}">${action === undefined ? 'To the inbox' : 'Back to the card'}</a></p>`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
