import type { HoldView } from '@sallyport/contract/hold'
import { claim } from '@sallyport/testkit/claim'
import type { Browser, Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let shop: Console
let agent: string
let ines: Browser
beforeEach(async () => {
  shop = await openShop()
  agent = await shop.key('invoice-bot')
  ines = await shop.browser('ines')
})
afterEach(() => shop.close())

describe('a waiver', () => {
  test(
    claim('A8', 'api', 'passes what has its shape, as often as it says, and then people are asked again'),
    async () => {
      expect(
        (await decided({ says: 'approve', scope: { kind: 'waiver', uses: 2, forMs: 60_000 } })).status,
      ).toBe(200)
      expect((await remove('/customers/2')).status).toBe(200)
      expect((await remove('/customers/3')).status).toBe(200)
      expect((await remove('/customers/4')).status).toBe(202)
    },
  )

  test(claim('A8', 'api', 'ends at its time'), async () => {
    await decided({ says: 'approve', scope: { kind: 'waiver', uses: 9, forMs: 60_000 } })
    shop.now = (shop.now + 60_000) as typeof shop.now
    expect((await remove('/customers/2')).status).toBe(202)
  })

  test.each([
    { uses: 21, forMs: 60_000 },
    { uses: 1, forMs: 8 * 3_600_000 + 1 },
  ])(claim('A8', 'api', 'beyond what policy lets be waived is none: %o'), async (scope) => {
    const answer = await decided({ says: 'approve', scope: { kind: 'waiver', ...scope } })
    expect(await answer.json()).toMatchObject({ code: 'not-permitted' })
    expect((await remove('/customers/2')).status).toBe(202)
  })

  test(claim('A8', 'api', 'is visible to those whom it concerns, and taken back at once'), async () => {
    await decided({ says: 'approve', scope: { kind: 'waiver', uses: 9, forMs: 60_000 } })
    expect(await standingsOf('olga')).toMatchObject([{ kind: 'waiver', usesLeft: 9, by: ['ines'] }])
    expect(await standingsOf('lena')).toEqual([])
    const [{ id } = { id: '' }] = await standingsOf('ines')
    expect((await send(await shop.token('lena'), 'DELETE', `/v1/waivers/${id}`)).status).toBe(404)
    expect((await send(await shop.token('olga'), 'DELETE', `/v1/waivers/${id}`)).status).toBe(204)
    expect(await standingsOf('ines')).toEqual([])
    expect((await remove('/customers/2')).status).toBe(202)
  })

  test(claim('A8', 'api', 'skips a hold and never a refusal'), async () => {
    await decided({ says: 'approve', scope: { kind: 'waiver', uses: 9, forMs: 60_000 } })
    await send(await shop.token('ines'), 'POST', '/v1/freezes', {
      scope: 'resource',
      name: 'customers',
      reason: 'stop',
    })
    expect(await (await remove('/customers/2')).json()).toMatchObject({ code: 'frozen' })
  })
})

describe('a denial', () => {
  test(claim('A8', 'api', 'of this call leaves the next one to be asked'), async () => {
    await decided({ says: 'deny', scope: { kind: 'call' } })
    expect((await remove('/customers/2')).status).toBe(202)
  })

  test.each(['shape', 'session'])(
    claim(
      'A8',
      'api',
      'of this %s refuses the next one, until somebody who is there and may decide lifts it',
    ),
    async (kind) => {
      await decided({ says: 'deny', scope: { kind } })
      expect(await (await remove('/customers/2')).json()).toMatchObject({ code: 'denied' })
      const [{ id } = { id: '' }] = await standingsOf('ines')
      const token = await send(await shop.token('ines'), 'DELETE', `/v1/waivers/${id}`)
      expect(await token.json()).toMatchObject({ code: 'needs-presence' })
      const owner = await (await shop.browser('olga')).send('DELETE', `/v1/waivers/${id}`)
      expect(await owner.json()).toMatchObject({ code: 'not-eligible' })
      expect((await (await shop.browser('ivo')).send('DELETE', `/v1/waivers/${id}`)).status).toBe(204)
      expect((await remove('/customers/2')).status).toBe(202)
    },
  )
})

/** The agent asks, ines decides. */
async function decided(word: object): Promise<Response> {
  const { id } = (await (await remove('/customers/1')).json()) as { readonly id: string }
  const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as HoldView
  return ines.send('POST', `/v1/holds/${id}/decisions`, { ...word, saw })
}

function remove(path: string): Promise<Response> {
  return send(agent, 'POST', '/v1/actions', { resource: 'customers', method: 'DELETE', path })
}

async function standingsOf(person: string): Promise<readonly { readonly id: string }[]> {
  const list = await (await send(await shop.token(person), 'GET', '/v1/waivers')).json()
  return (list as { readonly standings: readonly { readonly id: string }[] }).standings
}

function send(token: string, method: string, path: string, body?: unknown): Promise<Response> {
  const authorization = `Bearer ${token}`
  if (body === undefined) return fetch(shop.url + path, { method, headers: { authorization } })
  const headers = { authorization, 'content-type': 'application/json' }
  return fetch(shop.url + path, { method, headers, body: JSON.stringify(body) })
}
