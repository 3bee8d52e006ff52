import type { Basis } from '@sallyport/core/card/card'
import { cut } from '@sallyport/core/card/cut'
import { escapeHtml } from '@sallyport/core/card/escape'
import type { SafeText } from '@sallyport/core/card/text'
import { type Html, html, theirs } from './html.ts'

/** As much as somebody reads in one go. What is longer is cut here, and then nothing here approves. */
const SHOWN_LIMIT_CHARS = 4_000

/** Whether this page would show less than everything. */
export function isCut({ command, parameters }: Basis): boolean {
  return [command, ...parameters.flatMap(({ name, value }) => [name, value])].some(isLong)
}

function isLong(text: SafeText): boolean {
  return !cut(text, SHOWN_LIMIT_CHARS, escapeHtml).whole
}

/** The command as it was sent, then what came with it, name by name. */
export function command(basis: Basis, everything: boolean): Html {
  const { action, command, parameters } = basis
  const show = (text: SafeText) => theirs(everything ? text : cut(text, SHOWN_LIMIT_CHARS, escapeHtml).text)
  return html`<section class="tight" aria-labelledby="command"><h2 id="command">The command, as it was sent</h2>
<pre tabindex="0">${show(command)}</pre>
${parameters.length === 0 ? null : html`<dl class="facts">${parameters.map(({ name, value }) => html`<div><dt><code>${show(name)}</code></dt><dd><code>${show(value)}</code></dd></div>`)}</dl>`}
${isCut(basis) && !everything ? html`<p class="note care">A part of it is not shown here, so it cannot be approved here. <a href="/holds/${action}?whole">Read all of it</a>.</p>` : null}
${basis.whole ? null : html`<p class="note care">Something of it was too long to be kept for this card. What is missing is counted where it was.</p>`}</section>`
}
