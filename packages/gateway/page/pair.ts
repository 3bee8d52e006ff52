import { type Html, html } from './html.ts'
import { keyed, PAGE_KEY } from './keyed.ts'

/** A command line asks to speak for whoever reads this. The code is compared by eye: another machine shows another one. */
export function pairPage(code: string, name: string): Html {
  return html`<div class="tight"><h1>Connect a command line?</h1>
<p class="soft">It will list and ask as ${name}. It can never approve or deny: that is done here.</p></div>
${keyed(
  'Your terminal must show this code',
  html`<p class="code">${code}</p>
<form method="post" action="/pair/${code}">${PAGE_KEY}
<div class="row"><button class="yes">It is the same, connect</button><a class="button" href="/">Cancel</a></div></form>`,
)}`
}

export function pairedPage(): Html {
  return html`<div class="tight"><h1>Connected</h1><p class="soft">Go back to your terminal.</p></div>`
}
