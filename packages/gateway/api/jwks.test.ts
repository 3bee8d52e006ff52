import type { Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'

let shop: Console
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('the keys by which targets verify are for everybody, and may be kept for a while', async () => {
  const answer = await fetch(`${shop.url}/.well-known/jwks.json`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/jwk-set+json')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(await answer.json()).toEqual(shop.parts.jwks)
})

test('and hold no private half', async () => {
  const { keys } = (await (await fetch(`${shop.url}/.well-known/jwks.json`)).json()) as { keys: object[] }
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']])
})

test('nobody puts one there', async () => {
  const answer = await fetch(`${shop.url}/.well-known/jwks.json`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"keys":[]}',
  })
  expect(answer.status).toBe(404)
})
