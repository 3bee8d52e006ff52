import { request } from 'node:http'
import type { Console } from '@sallyport/testkit/console'
import { named } from '@sallyport/testkit/identity'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let shop: Console
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

describe('a sign-in link', () => {
  test('is not used up by looking, however often: previews look', async () => {
    const path = await link('ines')
    for (const method of ['GET', 'HEAD', 'GET']) {
      const looked = await fetch(shop.url + path, { method })
      expect(looked.status).toBe(200)
      expect(looked.headers.get('set-cookie')).toBe(null)
    }
    expect((await post(path)).headers.get('set-cookie')).toContain('sallyport=')
  })

  test('says whose it is before it is used', async () => {
    expect(await (await fetch(shop.url + (await link('ines')))).text()).toContain('Sign in as Ines Falk')
  })

  test('works once', async () => {
    const path = await link('ines')
    expect((await post(path)).status).toBe(200)
    const again = await post(path)
    expect(again.status).toBe(401)
    expect(again.headers.get('set-cookie')).toBe(null)
  })

  test.each([{}, { origin: 'https://evil.example' }, { origin: 'null' }])(
    'is not used from elsewhere: %o',
    async (headers) => {
      const path = await link('ines')
      const answer = await fetch(shop.url + path, { method: 'POST', headers, redirect: 'manual' })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect((await post(path)).status).toBe(200)
    },
  )

  test('gives a cookie that no script reads and no other site sends', async () => {
    const cookie = (await post(await link('ines'))).headers.get('set-cookie')
    expect(cookie).toMatch(/^sallyport=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
  })

  test('over HTTPS gives one of this host alone', async () => {
    const secure = await openShop({ consoleUrl: 'https://sallyport.example' })
    try {
      const made = await secure.identity.makeLink(named('person', 'ines'), 'operator')
      if (!('token' in made)) throw new Error('no link')
      const headers = { host: 'sallyport.example', origin: 'https://sallyport.example' }
      const [cookie] = await cookiesOf(`${secure.address}/sign-in/${made.token}`, headers)
      expect(cookie).toMatch(
        /^__Host-sallyport=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
      )
    } finally {
      await secure.close()
    }
  })
})

describe('somebody who is not signed in', () => {
  test.each(['/', '/holds/act_00000000000000000000000000', '/pair/lusab-babad-gutih-tugad'])(
    'is told how at %s',
    async (path) => {
      const answer = await fetch(shop.url + path)
      expect(answer.status).toBe(401)
      expect(await answer.text()).toContain('Sign in to go on')
    },
  )

  test('and came by a link of another site gets one of ours to follow, since a strict cookie stayed at home', async () => {
    const answer = await fetch(`${shop.url}/holds/act_00000000000000000000000000`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(await answer.text()).toContain('href="/holds/act_00000000000000000000000000"')
  })
})

test('signing out ends the session and not only the cookie', async () => {
  const ines = await shop.browser('ines')
  expect((await ines.submit('/sign-out', {})).status).toBe(303)
  expect((await ines.get('/')).status).toBe(401)
})

describe('a command line', () => {
  test('is connected by a person who compares the code, and its token is given once', async () => {
    const begun = (await (await fetch(`${shop.url}/v1/pairings`, { method: 'POST' })).json()) as Record<
      string,
      string
    >
    const poll = async () => (await fetch(`${shop.url}/v1/pairings/${begun['secret']}`)).json()
    expect(await poll()).toEqual({ state: 'waiting' })
    const ines = await shop.browser('ines')
    const path = new URL(begun['url'] ?? '').pathname
    expect(await (await ines.get(path)).text()).toContain(begun['code'])
    expect(await poll()).toEqual({ state: 'waiting' })
    expect((await ines.submit(path, {})).status).toBe(200)
    const paired = (await poll()) as Record<string, string>
    expect(paired).toMatchObject({ state: 'paired', person: 'ines' })
    expect(await poll()).toMatchObject({ code: 'not-authenticated' })
    const who = await fetch(`${shop.url}/v1/whoami`, {
      headers: { authorization: `Bearer ${paired['token']}` },
    })
    expect(await who.json()).toMatchObject({ kind: 'person', person: 'ines', present: false })
  })

  test('is not connected by a form of another session', async () => {
    const begun = (await (await fetch(`${shop.url}/v1/pairings`, { method: 'POST' })).json()) as Record<
      string,
      string
    >
    const ines = await shop.browser('ines')
    const ivo = await shop.browser('ivo')
    const answer = await ines.submit(new URL(begun['url'] ?? '').pathname, { pageKey: ivo.pageKey })
    expect(answer.status).toBe(403)
  })
})

async function link(person: string): Promise<string> {
  const made = await shop.identity.makeLink(named('person', person), 'operator')
  if (!('token' in made)) throw new Error('no link')
  return `/sign-in/${made.token}`
}

function post(path: string): Promise<Response> {
  return fetch(shop.url + path, { method: 'POST', headers: { origin: shop.url }, redirect: 'manual' })
}

/** By Node's own client: `fetch` lets nobody choose the Host. */
function cookiesOf(url: string, headers: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.headers['set-cookie'] ?? [])
    })
    sent.on('error', reject).end()
  })
}
