import { type Html, html, own } from './html.ts'

/** Behind a sign-in link. Looking does not use it up: the previews of chat and mail look at every link that they carry. */
export function signInPage(name: string, token: string): Html {
  return html`<div class="tight"><h1>Sign in as ${name}</h1>
<p class="soft">This link works once. If you are not ${name}, close this page and tell whoever sent it.</p></div>
<form method="post" action="/sign-in/${own(token)}"><button class="yes">Sign in as ${name}</button></form>`
}

/** The one answer with the page key in it. Our script keeps it where no other port of this host can read, and goes on. */
export function signedInPage(pageKey: string): Html {
  return html`<div class="tight"><h1>You are signed in</h1>
<noscript><p>Without JavaScript this browser can look and not decide.</p></noscript></div>
<p data-page-key="${own(pageKey)}"><a class="button" href="/">Go on</a></p>`
}

/** Nobody is signed in. */
export function signedOutPage(): Html {
  return html`<div class="tight"><h1>Sign in to go on</h1>
<p class="soft">Reviewers sign in by a link that works once. Ask for yours on the machine that runs the gateway:</p></div>
<pre>sallyport login --link your-name</pre>
<p class="soft small">Whoever runs the gateway can send you one.</p>`
}

/**
 * A click in a chat comes from another site, and a strict cookie stays at home. This page comes from here, so that its own
 * link brings the cookie along.
 */
export function arrivedPage(path: string): Html {
  return html`<div class="tight"><h1>You followed a link to Sallyport</h1>
<p class="soft">Go on to see what it is about.</p></div>
<p><a class="button" href="${path}">Go on</a></p>`
}
