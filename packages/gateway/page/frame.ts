import { type Html, html } from './html.ts'

/** What stands around every page. */
export interface Frame {
  readonly title: string
  /** Null where nobody is signed in. */
  readonly viewer: { readonly name: string } | null
  /** Changes of policy, people and keys pass ungated: said on every page until it is no longer so. */
  readonly unguarded: boolean
  /** What makes this page stale; null where nothing does. */
  readonly live: Live | null
}

/** Which action's changes a page shows, one or all (`''`), and which edition of them it has. */
export interface Live {
  readonly of: string
  readonly edition: string
}

export function page({ title, viewer, unguarded, live }: Frame, main: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sallyport</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/page-key.js" type="module"></script>
<script src="/live.js" type="module"></script>
</head>
<body${live === null ? null : html` data-live="${live.of}" data-edition="${live.edition}"`}>
<a class="skip" href="#main">To the content</a>
${unguarded ? ALARM : null}
<header class="top"><div>
<a class="mark" href="/">${MARK}Sallyport</a>
${viewer === null ? null : signedIn(viewer)}
</div></header>
<main id="main" class="stack">
${main}
</main>
</body>
</html>
`
}

const ALARM = html`<aside class="alarm" aria-label="Warning"><p><strong>Changes are unguarded.</strong> One person alone can change policy, people and keys here.</p></aside>`

/** Two doors, one of them open. */
const MARK = html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 18V2h5v16zM12 18V2l5 2.4v11.2z"/></svg>`

function signedIn({ name }: NonNullable<Frame['viewer']>): Html {
  return html`<form method="post" action="/sign-out"><span class="soft who">${name}</span><button class="plain">Sign out</button></form>`
}
