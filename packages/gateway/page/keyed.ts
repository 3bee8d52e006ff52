import { type Html, html } from './html.ts'

export const PAGE_KEY_FIELD = 'pageKey'

/** Empty as it is served: our script puts the key in, which no page of ours ever holds again. */
export const PAGE_KEY: Html = html`<input type="hidden" name="${PAGE_KEY_FIELD}">`

/**
 * Forms that take the page key, out of use until our script has found it. Whoever has the session without the key sees all
 * of it, and why nothing happens.
 */
export function keyed(title: string, forms: Html): Html {
  return html`<fieldset class="decide" aria-label="${title}" data-keyed disabled><h2>${title}</h2>
${forms}
<noscript><p class="note care">Without JavaScript you can look here and not decide.</p></noscript>
<p class="note care" data-keyless hidden>This browser does not hold the key of your sign-in, so you can look and not decide. Sign in again with a new link.</p></fieldset>`
}
