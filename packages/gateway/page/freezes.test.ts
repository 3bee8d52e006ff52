import type { Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'

let shop: Console
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

async function frozen(name: string, reason = 'it loops'): Promise<string> {
  const ada = await shop.browser('ada')
  const answer = await ada.send('POST', '/v1/freezes', { scope: 'agent', name, reason })
  return ((await answer.json()) as { readonly id: string }).id
}

test('a freeze is lifted on the page by somebody with the right, and by nobody else', async () => {
  const id = await frozen('invoice-bot', 'it <b>loops</b>')
  const [ada, olgaAdmin, omar] = [
    await shop.browser('ada'),
    await shop.browser('olga-admin'),
    await shop.browser('omar'),
  ]
  const page = await (await omar.get('/freezes')).text()
  expect(page).toContain('The agent invoice-bot')
  expect(page).toContain('it &lt;b&gt;loops&lt;/b&gt;')

  expect((await ada.submit(`/freezes/${id}/lift`, {})).status).toBe(403)
  // Olga answers for the bot, and an admin account is still she.
  expect((await olgaAdmin.submit(`/freezes/${id}/lift`, {})).status).toBe(403)
  expect((await omar.submit(`/freezes/${id}/lift`, { pageKey: 'another' })).status).toBe(403)
  expect(await (await omar.get('/freezes')).text()).toContain('The agent invoice-bot')

  expect((await omar.submit(`/freezes/${id}/lift`, {})).status).toBe(303)
  expect(await (await omar.get('/freezes')).text()).toContain('Nothing is frozen')
  expect((await omar.submit(`/freezes/${id}/lift`, {})).status).toBe(404)
})

test('the page of freezes is for browsers that are signed in', async () => {
  expect((await fetch(`${shop.url}/freezes`)).status).toBe(401)
  const authorization = `Bearer ${await shop.token('omar')}`
  expect((await fetch(`${shop.url}/freezes`, { headers: { authorization } })).status).toBe(403)
})
