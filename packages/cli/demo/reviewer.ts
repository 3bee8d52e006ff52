import { setTimeout as pause } from 'node:timers/promises'
import { ANSWER } from './night-shift.ts'

const LOOK_EVERY_MS = 100
const PATIENCE_MS = 30_000
const QUESTION = 'Which customers are these, and what happens to the file afterwards?'

/**
 * A person in front of the page, as far as HTTP goes: signs in by her link, reads the card, asks, waits for the answer,
 * approves. She sends what a browser would send and nothing more, so nothing that she passes is passed for her.
 */
export async function review(link: string, id: string): Promise<void> {
  const browser = await signIn(link)
  const page = `/holds/${id}`
  await browser.submit(`${page}/question`, await browser.look(page), { text: QUESTION })
  // The card has changed by the question and changes by the answer: what she decides on is the card that she then saw.
  const card = await browser.lookUntil(page, (html) => html.includes(escaped(ANSWER)))
  await browser.submit(`${page}/decision`, card, { word: 'approve:once' })
}

interface Browser {
  look(path: string): Promise<string>
  lookUntil(path: string, seen: (html: string) => boolean): Promise<string>
  /** Sends a form of the page with its own hidden fields and the key that the page's script puts in. */
  submit(path: string, html: string, fields: Readonly<Record<string, string>>): Promise<void>
}

async function signIn(link: string): Promise<Browser> {
  const { origin, pathname } = new URL(link)
  const entered = await fetch(link, { method: 'POST', headers: { origin }, redirect: 'manual' })
  const cookie = entered.headers.get('set-cookie')?.split(';')[0]
  const pageKey = /data-page-key="([^"]+)"/.exec(await entered.text())?.[1]
  if (cookie === undefined || pageKey === undefined)
    throw new Error(`the sign-in at ${pathname.split('/')[1]} gave no session`)

  const look = async (path: string): Promise<string> => {
    const response = await fetch(origin + path, { headers: { cookie } })
    if (!response.ok) throw new Error(`the page answered ${response.status}`)
    return response.text()
  }
  return {
    look,
    async lookUntil(path, seen) {
      const lateMs = Date.now() + PATIENCE_MS
      for (let html = await look(path); ; html = await look(path)) {
        if (seen(html)) return html
        if (Date.now() > lateMs) throw new Error('the page did not show what was waited for')
        await pause(LOOK_EVERY_MS)
      }
    },
    async submit(path, html, fields) {
      const form = { pageKey, saw: hiddenField(html, 'saw'), ...fields }
      const response = await fetch(origin + path, {
        method: 'POST',
        headers: { origin, cookie, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
        redirect: 'manual',
      })
      if (response.status !== 303) throw new Error(`the page answered ${response.status} to a form`)
    },
  }
}

function hiddenField(html: string, name: string): string {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]
  if (value === undefined) throw new Error(`the page has no field \`${name}\``)
  return value
}

/** As it stands in HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll("'", '&#39;')
}
