import type { Basis, Card } from '@sallyport/core/card/card'
import type { Instant } from '@sallyport/core/given'
import type { Hold } from '../api/hold.ts'
import { warningText } from '../api/warning.ts'
import { command, isCut } from './command.ts'
import { decideForms } from './decide.ts'
import { facts } from './facts.ts'
import { type Html, html, theirs } from './html.ts'
import { keyed } from './keyed.ts'
import { result } from './result.ts'
import { askForm, thread } from './thread.ts'
import { leftUntil } from './times.ts'

/** The page of one held action, for one viewer. */
export interface HoldPage {
  readonly hold: Hold
  /** May answer in the thread and withdraw: a person of the requesting chain. */
  readonly inChain: boolean
  readonly now: Instant
  /** The reader asked to see all of it. */
  readonly everything: boolean
}

/**
 * Top to bottom in the order of reading: what it would do, the command itself, everything that is known, what was said, and
 * only then the buttons. A view that shows a part of the command has no way to approve (claim V4).
 */
export function holdPage(page: HoldPage): Html {
  const { hold, now, everything } = page
  const { basis, moment } = hold.card
  return html`<div class="tight">${whoAndWhere(hold.card, now)}
<h1>${theirs(basis.says)}</h1></div>
${result(hold)}
${warnings(basis)}
${command(basis, everything)}
${facts(hold.card)}
${thread(basis.thread, now)}
${moment.state === 'waiting' || moment.state === 'approved' ? whatNow(page, isCut(basis) && !everything) : null}`
}

/** What a reader should know before trusting their eyes. */
function warnings({ warnings }: Basis): Html | null {
  if (warnings.length === 0) return null
  return html`<section class="note care tight" aria-label="Warnings">${warnings.map((warning) => html`<p>${theirs(warningText(warning))}</p>`)}</section>`
}

function whoAndWhere({ basis, moment }: Card, now: Instant): Html {
  const asker = basis.requester.agents.at(-1) ?? basis.requester.owner.name
  const time =
    moment.expiresAt === null ? null : html`<span class="tag">${leftUntil(moment.expiresAt, now)}</span>`
  return html`<p class="row soft"><span>${asker} asks on ${basis.resource}</span><span class="tag">${basis.environment}</span>${time}</p>`
}

function whatNow(page: HoldPage, cut: boolean): Html {
  if (page.hold.mayDecide) return decideForms(page.hold, cut)
  const title = 'Your decision'
  const why = html`<p>${page.hold.whyNot ?? ''}</p>`
  if (page.inChain) return keyed(title, html`${why}\n${askForm(page.hold, 'answer')}`)
  return html`<section class="decide" aria-labelledby="decide"><h2 id="decide">${title}</h2>\n${why}</section>`
}
