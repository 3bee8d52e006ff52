import { createHash } from 'node:crypto'
import { claim } from '@sallyport/testkit/claim'
import type { Browser, Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

/** Ines may decide. Whatever speaks for her, or for anybody, without her being there must not. */
let shop: Console
let ines: Browser
beforeAll(async () => {
  shop = await openShop()
  ines = await shop.browser('ines')
})
// One agent may only have so many before people.
afterEach(async () => {
  for (const { action } of await shop.store.read('open', { limit: 1_000 }))
    await shop.parts.desk.withdraw(action.id, 'invoice-bot')
})
afterAll(() => shop.close())

const DECISIONS = [
  { says: 'approve', scope: { kind: 'once' } },
  { says: 'approve', scope: { kind: 'waiver', uses: 2, forMs: 60_000 } },
  { says: 'deny', scope: { kind: 'call' } },
  { says: 'deny', scope: { kind: 'shape' } },
  { says: 'deny', scope: { kind: 'session' } },
] as const

/** What a request can carry instead of a person, and the code that it gets. */
const PROOFS: Readonly<Record<string, readonly [() => Promise<Readonly<Record<string, string>>>, string]>> = {
  nothing: [async () => ({}), 'not-authenticated'],
  'the key of the agent that asked': [async () => bearer(await shop.key('invoice-bot')), 'not-eligible'],
  'the key of another agent': [async () => bearer(await shop.key('other-bot')), 'not-eligible'],
  "the token of the reviewer's command line": [
    async () => bearer(await shop.token('ines')),
    'needs-presence',
  ],
  'that token and the session cookie': [
    async () => ({ ...bearer(await shop.token('ines')), ...own(), cookie: ines.cookie }),
    'needs-presence',
  ],
  "the token of an admin's command line": [async () => bearer(await shop.token('omar')), 'needs-presence'],
  'the token of the operator': [async () => bearer(shop.operatorToken), 'needs-presence'],
  'the session as a bearer token': [
    async () => bearer(ines.cookie.slice(ines.cookie.indexOf('=') + 1)),
    'not-authenticated',
  ],
  'a sign-in link as a bearer token': [async () => bearer(await linkOf('ines')), 'not-authenticated'],
  'a made-up token': [async () => bearer('sp_cli_000000000000000000000000000000000000'), 'not-authenticated'],
  'the cookie without Origin': [
    async () => ({ cookie: ines.cookie, 'sallyport-csrf': ines.pageKey }),
    'needs-presence',
  ],
  'the cookie without the page key': [
    async () => ({ cookie: ines.cookie, origin: shop.url }),
    'needs-presence',
  ],
  'the cookie with what can be made from the cookie': [
    async () => ({
      cookie: ines.cookie,
      origin: shop.url,
      'sallyport-csrf': createHash('sha256')
        .update(ines.cookie.slice(ines.cookie.indexOf('=') + 1))
        .digest('base64url'),
    }),
    'needs-presence',
  ],
  'the cookie with the page key of another session': [
    async () => ({
      cookie: ines.cookie,
      origin: shop.url,
      'sallyport-csrf': (await shop.browser('ivo')).pageKey,
    }),
    'needs-presence',
  ],
  'the cookie from the page of another site': [
    async () => ({ cookie: ines.cookie, origin: 'https://evil.example', 'sallyport-csrf': ines.pageKey }),
    'malformed',
  ],
  'the cookie from a page without an origin': [
    async () => ({ cookie: ines.cookie, origin: 'null', 'sallyport-csrf': ines.pageKey }),
    'malformed',
  ],
}

describe('a decision through the API', () => {
  test.each(Object.keys(PROOFS).flatMap((proof) => DECISIONS.map((decision) => ({ proof, decision }))))(
    claim('A3', 'api', 'takes somebody who is there: $decision.says $decision.scope.kind with $proof'),
    async ({ proof, decision }) => {
      const life = await shop.hold({ message: { proof, decision } })
      const [make, code] = PROOFS[proof] ?? []
      const answer = await fetch(`${shop.url}/v1/holds/${life.action.id}/decisions`, {
        method: 'POST',
        headers: { ...(await make?.()), 'content-type': 'application/json' },
        body: JSON.stringify({ ...decision, saw: await sawOf(life.action.id) }),
      })
      expect(await answer.json()).toMatchObject({ code })
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await stateOf(life.action.id)).toBe('waiting')
      expect(shop.sent).toEqual([])
    },
  )

  test('says where to go instead', async () => {
    const life = await shop.hold({ message: 'where' })
    const answer = await fetch(`${shop.url}/v1/holds/${life.action.id}/decisions`, {
      method: 'POST',
      headers: { ...bearer(await shop.token('ines')), 'content-type': 'application/json' },
      body: JSON.stringify({ says: 'approve', saw: await sawOf(life.action.id) }),
    })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ open: `${shop.url}/holds/${life.action.id}` })
  })

  test('and by somebody who is there, it counts', async () => {
    const life = await shop.hold({ message: 'counts' })
    const { id } = life.action
    const answer = await ines.send('POST', `/v1/holds/${id}/decisions`, {
      says: 'deny',
      saw: await sawOf(id),
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ state: 'denied', ended: { by: 'ines' } })
  })

  test('of a card that changed meanwhile is a stale card', async () => {
    const { id } = (await shop.hold({ message: 'stale' })).action
    const saw = await sawOf(id)
    await ines.send('POST', `/v1/holds/${id}/questions`, { text: 'which one?' })
    const answer = await ines.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    expect(await answer.json()).toMatchObject({ code: 'stale-card', status: 409 })
  })
})

describe('a decision through the page', () => {
  test.each(
    Object.keys(PROOFS).flatMap((proof) => ['approve:once', 'deny:call'].map((word) => ({ proof, word }))),
  )(claim('A3', 'page', 'takes somebody who is there: $word with $proof'), async ({ proof, word }) => {
    const life = await shop.hold({ message: { proof, word } })
    const { 'sallyport-csrf': pageKey = '', ...headers } = (await PROOFS[proof]?.[0]()) ?? {}
    const fields = { word, pageKey, saw: await sawOf(life.action.id) }
    const answer = await fetch(`${shop.url}/holds/${life.action.id}/decision`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
      redirect: 'manual',
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await stateOf(life.action.id)).toBe('waiting')
    expect(shop.sent).toEqual([])
  })

  test('and nothing that is only looked at decides: neither card, link nor inbox', async () => {
    const { id } = (await shop.hold({ message: 'looked at' })).action
    for (const path of [
      `/holds/${id}/decision?word=approve:once`,
      `/holds/${id}`,
      `/v1/holds/${id}/decisions`,
      '/',
    ]) {
      await ines.get(path)
    }
    expect(await stateOf(id)).toBe('waiting')
  })
})

/** Every port of localhost is sent the cookie, and a server there can make up the rest of a request. */
describe('somebody who has the cookie and not the page key', () => {
  const JSON_TYPE = { 'content-type': 'application/json' }
  const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

  test(claim('A3', 'page', 'can look, and neither ask, answer, pair nor administer'), async () => {
    const { id } = (await shop.hold({ message: 'thief' })).action
    const begun = await fetch(`${shop.url}/v1/pairings`, { method: 'POST' })
    const { code, secret } = (await begun.json()) as { readonly code: string; readonly secret: string }
    const [olga, omar] = [await shop.browser('olga'), await shop.browser('omar')]
    const link = JSON.stringify({ person: 'ines' })
    const text = JSON.stringify({ text: 'fine' })
    const asked = JSON.stringify({ resource: 'customers', method: 'DELETE', path: '/1' })
    const tries = [
      [ines, `/v1/holds/${id}/questions`, JSON_TYPE, text],
      [olga, `/v1/holds/${id}/answers`, JSON_TYPE, text],
      [olga, '/v1/actions', JSON_TYPE, asked],
      [omar, '/v1/sign-in-links', JSON_TYPE, link],
      [ines, `/holds/${id}/question`, FORM_TYPE, 'text=fine'],
      [ines, `/holds/${id}/question`, FORM_TYPE, 'text=fine&pageKey='],
      [olga, `/holds/${id}/answer`, FORM_TYPE, 'text=fine'],
      [ines, `/pair/${code}`, FORM_TYPE, ''],
    ] as const
    for (const [{ cookie }, path, type, body] of tries) {
      const headers = { cookie, origin: shop.url, ...type }
      expect((await fetch(shop.url + path, { method: 'POST', headers, body })).status).toBe(403)
    }
    expect(await lifeOf(id)).toMatchObject({ state: 'waiting', thread: [] })
    const poll = await fetch(`${shop.url}/v1/pairings/${secret}`)
    expect(await poll.json()).toEqual({ state: 'waiting' })
  })

  test(claim('A3', 'page', 'is given the key by no page and no API'), async () => {
    const { id } = (await shop.hold({ message: 'key' })).action
    const begun = await fetch(`${shop.url}/v1/pairings`, { method: 'POST' })
    const { code } = (await begun.json()) as { readonly code: string }
    const link = await linkOf('ines')
    const ours = ['/', `/holds/${id}`, `/pair/${code}`, `/sign-in/${link}`, '/page-key.js', '/live.js']
    const api = ['/v1/whoami', '/v1/holds', `/v1/holds/${id}`, `/v1/actions/${id}`, '/v1/openapi.json']
    for (const path of [...ours, ...api]) {
      const answer = await ines.get(path)
      expect(answer.status).toBe(200)
      expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(ines.pageKey)
    }
    expect(await (await ines.get('/v1/whoami')).json()).toMatchObject({ person: 'ines', present: false })
  })
})

function lifeOf(id: Parameters<typeof shop.parts.desk.decide>[0]) {
  return shop.store.read('life', { id })
}

function own(): Readonly<Record<string, string>> {
  return { origin: shop.url, 'sallyport-csrf': ines.pageKey }
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}

async function linkOf(person: string): Promise<string> {
  const made = await fetch(`${shop.url}/v1/sign-in-links`, {
    method: 'POST',
    headers: { ...bearer(shop.operatorToken), 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  })
  const { url } = (await made.json()) as { readonly url: string }
  return url.slice(url.lastIndexOf('/') + 1)
}

async function sawOf(id: string): Promise<string> {
  const hold = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
  return hold.saw
}

async function stateOf(id: string): Promise<string> {
  const view = (await (await ines.get(`/v1/actions/${id}`)).json()) as { readonly state: string }
  return view.state
}
