import { setTimeout as wait } from 'node:timers/promises'
import type { RecordingUpstream } from '@sallyport/testkit/upstream'
import { type Company, REVIEWER, VAULT } from './company.ts'

const POLL_MS = 5
const HELD_LIMIT_MS = 10_000

/**
 * From the moment in which a reviewer's browser sends the decision to the moment in which the target sees the request that
 * waited for it, in milliseconds, `count` times. `arrivedAt` is when the target was last reached.
 */
export async function measureRelease(
  company: Company,
  key: string,
  target: RecordingUpstream,
  arrivedAt: () => number,
  count: number,
): Promise<readonly number[]> {
  const reviewer = await signIn(company)
  const waited: number[] = []
  for (let n = 1; n <= count; n++) {
    const answer = fetch(`${company.gateway.url}/${VAULT}/orders/${n}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}` },
    })
    const { id, saw } = await heldBy(reviewer)
    const decidedAt = performance.now()
    const decided = await reviewer('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    if (!decided.ok) throw new Error(`the decision was refused: ${await decided.text()}`)
    await target.arrived(n)
    waited.push(arrivedAt() - decidedAt)
    const { ok, status } = await answer
    if (!ok) throw new Error(`what was approved was answered with ${status}`)
  }
  return waited
}

type Reviewer = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Response>

/** As a browser does: follows the link, keeps the cookie and the key of the page. */
async function signIn(company: Company): Promise<Reviewer> {
  const { consoleUrl } = company
  const origin = new URL(consoleUrl).origin
  const signedIn = await fetch(await company.signInLink(REVIEWER), { method: 'POST', headers: { origin } })
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';')
  const pageKey = /data-page-key="([^"]+)"/.exec(await signedIn.text())?.[1] ?? ''
  const headers = { cookie, origin, 'sallyport-csrf': pageKey, 'content-type': 'application/json' }
  return (method, path, body) =>
    fetch(consoleUrl + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}

async function heldBy(reviewer: Reviewer): Promise<{ readonly id: string; readonly saw: string }> {
  const until = performance.now() + HELD_LIMIT_MS
  while (performance.now() < until) {
    const { holds } = (await (await reviewer('GET', '/v1/holds')).json()) as {
      readonly holds: readonly { readonly action: { readonly id: string }; readonly saw: string }[]
    }
    const [hold] = holds
    if (hold !== undefined) return { id: hold.action.id, saw: hold.saw }
    await wait(POLL_MS)
  }
  throw new Error('nothing came before the reviewer')
}
