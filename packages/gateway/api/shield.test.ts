import { request } from 'node:http'
import { HEAD_LIMIT_BYTES } from '@sallyport/contract/action'
import type { Browser, Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEAD_LIMIT_BYTES as DOOR_HEAD_LIMIT_BYTES } from '../doors/http/limits.ts'
import { BODY_LIMIT_BYTES } from './shield.ts'

let shop: Console
let ines: Browser
beforeAll(async () => {
  shop = await openShop()
  ines = await shop.browser('ines')
})
afterAll(() => shop.close())

const EVERYWHERE = [
  '/',
  '/healthz',
  '/.well-known/jwks.json',
  '/v1/openapi.json',
  '/v1/holds',
  '/log/checkpoint',
  '/style.css',
  '/metrics',
]

describe('a request by a name that is not ours', () => {
  test.each(
    EVERYWHERE.flatMap((path) =>
      ['evil.example', 'localhost:1', '169.254.169.254'].map((host) => [path, host]),
    ),
  )('is turned away: %s for %s', async (path, host) => {
    expect(await statusOf(path, { host, cookie: ines.cookie })).toBe(400)
  })

  test.each(EVERYWHERE)('or from the page of another site: %s', async (path) => {
    expect(await statusOf(path, { origin: 'http://evil.example', cookie: ines.cookie })).toBe(400)
  })
})

test('a handle brings as large a head as a connection, and no larger one', async () => {
  expect(HEAD_LIMIT_BYTES).toBe(DOOR_HEAD_LIMIT_BYTES)
  const key = await shop.key('invoice-bot')
  const asked = (chars: number) =>
    fetch(`${shop.url}/v1/actions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        resource: 'customers',
        method: 'GET',
        path: '/a',
        headers: Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`x-${n}`, 'y'.repeat(chars)])),
      }),
    })
  expect((await asked(4_000)).status).toBe(200)
  expect((await asked(4_100)).status).toBe(400)
})

describe('every answer', () => {
  test.each([...EVERYWHERE, '/nowhere', '/holds/act_0', '/sign-in/x'])(
    '%s loads nothing, stands in no frame and is not sniffed',
    async (path) => {
      const { headers } = await ines.get(path)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/)
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/)
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/)
      expect(headers.get('access-control-allow-origin')).toBe(null)
    },
  )

  test.each(['/', '/v1/holds', '/v1/whoami', '/log/checkpoint', '/metrics'])(
    '%s is kept in no cache',
    async (path) => {
      expect((await ines.get(path)).headers.get('cache-control')).toBe('no-store')
    },
  )

  test('of the page has no script or style of its own in it', async () => {
    const { id } = (await shop.hold()).action
    for (const path of ['/', `/holds/${id}`]) {
      const html = await (await ines.get(path)).text()
      expect(html).not.toMatch(
        /<style|style=|<script(?! src="\/(?:page-key|live)\.js" type="module"><\/script>)|\son[a-z]+=/,
      )
    }
  })
})

describe('a body', () => {
  const path = '/v1/freezes'
  const body = JSON.stringify({ scope: 'agent', name: 'invoice-bot', reason: 'x' })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'that is not sent as JSON is not read as JSON: `%s`',
    async (type) => {
      const answer = await fetch(shop.url + path, {
        method: 'POST',
        headers: { ...own(), 'content-type': type },
        body,
      })
      expect(await answer.json()).toMatchObject({ code: 'malformed' })
    },
  )

  test('over the limit is refused before it is read', async () => {
    const answer = await ines.send('POST', path, { reason: 'x'.repeat(BODY_LIMIT_BYTES) })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'too-large' })
  })

  test('without a length is refused', async () => {
    const stream = new Blob([body]).stream()
    const init = {
      method: 'POST',
      headers: { ...own(), 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as const
    expect(await (await fetch(shop.url + path, init)).json()).toMatchObject({ code: 'malformed' })
  })

  test.each([
    ['{', 'not JSON'],
    ['{"scope":"agent","name":"invoice-bot"}', 'json.reason'],
    ['{"scope":"agent","reason":"x"}', 'json.name'],
    ['{"scope":"all","reason":"x"}', 'json.scope'],
    ['{"scope":"everything","reason":"x","also":1}', 'also'],
    ['{"scope":"everything","reason":"   "}', 'json.reason'],
  ])('that is not as the contract says names the field: %s', async (text, says) => {
    const answer = await fetch(shop.url + path, {
      method: 'POST',
      headers: { ...own(), 'content-type': 'application/json' },
      body: text,
    })
    expect(answer.status).toBe(400)
    const problem = (await answer.json()) as { readonly detail: string }
    expect(problem).toMatchObject({ code: 'malformed', title: 'the request could not be read', status: 400 })
    expect(problem.detail).toContain(says)
  })
})

describe('what is not there', () => {
  test.each(['/nowhere', '/v1/nothing', '/v1/actions/act_0', '/log/tile/0/999'])(
    '%s is a problem document',
    async (path) => {
      const answer = await fetch(shop.url + path, {
        headers: { authorization: `Bearer ${shop.operatorToken}` },
      })
      expect([400, 404]).toContain(answer.status)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(Object.keys((await answer.json()) as object)).toEqual(
        expect.arrayContaining(['type', 'title', 'status', 'detail', 'code', 'advice']),
      )
    },
  )
})

function own(): Readonly<Record<string, string>> {
  return { cookie: ines.cookie, origin: shop.url, 'sallyport-csrf': ines.pageKey }
}

/** By Node's own client: `fetch` lets nobody choose the Host. */
function statusOf(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(shop.address + path, { headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
