import type { ListedCard } from '@sallyport/core/card/card'
import { cut } from '@sallyport/core/card/cut'
import { escapeHtml } from '@sallyport/core/card/escape'
import type { Instant } from '@sallyport/core/given'
import { type Html, html, theirs } from './html.ts'
import { ago, leftUntil } from './times.ts'

/** Longer commands are shown on their card; a line of the inbox is no place to decide. */
const LINE_LIMIT_CHARS = 160

/** What waits for this person, then what else of it they may see. */
export interface Shelf {
  readonly cards: readonly ListedCard[]
  /** How many more wait behind these. */
  readonly more: number
}

export function inboxPage(mine: Shelf, others: Shelf, now: Instant): Html {
  return html`<h1>${heading(mine.cards.length + mine.more)}</h1>
${mine.cards.length === 0 ? html`<p class="soft">Held actions appear here by themselves, the oldest first.</p>` : list(mine, now, 'cards')}
${others.cards.length + others.more === 0 ? null : html`<section class="tight" aria-labelledby="others"><h2 id="others">Waiting for somebody else</h2>${list(others, now, 'cards quiet')}</section>`}`
}

function heading(count: number): string {
  if (count === 0) return 'Nothing waits for you'
  return count === 1 ? '1 action waits for you' : `${count} actions wait for you`
}

function list({ cards, more }: Shelf, now: Instant, look: string): Html {
  return html`<ul class="${look}">${cards.map((card) => line(card, now))}</ul>${behind(more)}`
}

function behind(more: number): Html | null {
  if (more === 0) return null
  const wait = more === 1 ? 'waits' : 'wait'
  return html`<p class="soft">${more.toLocaleString('en')} more ${wait} behind these.</p>`
}

function line({ basis, moment }: ListedCard, now: Instant): Html {
  const asker = basis.requester.agents.at(-1) ?? basis.requester.owner.name
  const left = moment.expiresAt === null ? null : html` · ${leftUntil(moment.expiresAt, now)}`
  return html`<li><a href="/holds/${basis.action}">
<p class="row small soft"><span>${asker} on ${basis.resource}</span><span class="tag">${basis.environment}</span></p>
<p class="says">${theirs(basis.says)}</p>
<code>${theirs(cut(basis.command, LINE_LIMIT_CHARS, escapeHtml).text)}</code>
<p class="soft small">asked ${ago(basis.openedAt, now)}${left}</p></a></li>`
}
