import type { ActionView } from '@sallyport/contract/action'
import type { HoldView } from '@sallyport/contract/hold'
import type { StandingView } from '@sallyport/contract/standing'
import type { ActionId } from '@sallyport/core/action/ids'
import { claim } from '@sallyport/testkit/claim'
import type { Console } from '@sallyport/testkit/console'
import { openShop, SHOP } from '@sallyport/testkit/shop'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** The shop has an archive as well. */
const ARCHIVE = '  - { id: archive, kind: http, environment: prod, address: "https://archive.internal" }'
const yaml = SHOP.yaml.replace('changes: unguarded', `${ARCHIVE}\nchanges: unguarded`)

let shop: Console
let agent: string
beforeEach(async () => {
  shop = await openShop({ yaml })
  agent = await shop.key('invoice-bot')
})
afterEach(() => shop.close())

const AHEAD = { resource: 'customers', method: 'DELETE', path: '/customers/1', uses: 2, for: '8h' }

describe('a waiver asked for ahead of time', () => {
  test('is an action on `sallyport` whose card says what it lets pass', async () => {
    const answer = await ask({ ...AHEAD, reason: 'the nightly clean-up' })
    const action = (await answer.json()) as ActionView
    expect(answer.status).toBe(202)
    expect(answer.headers.get('location')).toBe(`/v1/actions/${action.id}`)
    expect(action).toMatchObject({
      state: 'waiting',
      wait: 'parked',
      resource: 'sallyport',
      environment: 'sallyport',
      effects: ['grant'],
      says: 'Lets invoice-bot run DELETE /customers/{} on customers 2 times within 8h without asking anybody.',
      command: { line: 'waive DELETE /customers/{} on customers' },
      datasets: ['customers'],
      reason: 'the nightly clean-up',
      why: { rules: ['grants-take-two'] },
    })
    const shown = Object.fromEntries(action.command.parameters.map(({ name, value }) => [name, value]))
    expect(shown).toMatchObject({ effects: 'delete', uses: '2', for: '8h' })
    expect(shop.sent).toEqual([])
  })

  test(
    claim('A8', 'api', 'is held like any action, and then lets its shape pass as often as it says'),
    async () => {
      const { id } = await asked()
      expect((await approve(id, 'ines')).status).toBe(200)
      expect((await remove('/customers/2')).status).toBe(202)
      expect((await approve(id, 'lena')).status).toBe(200)
      const { waiver, ...rest } = await given(id)
      expect(rest).toEqual({ uses: 2, until: '2026-11-20T20:00:00.000Z' })
      expect(await standings()).toMatchObject([{ id: waiver, usesLeft: 2, from: id, by: ['ines', 'lena'] }])

      expect((await remove('/customers/2')).status).toBe(200)
      expect(await standings()).toMatchObject([{ usesLeft: 1 }])
      expect((await remove('/customers/3')).status).toBe(200)
      expect((await remove('/customers/4')).status).toBe(202)
      expect(shop.sent).toHaveLength(2)
    },
  )

  test(claim('A8', 'api', 'ends at its time'), async () => {
    await givenByTwo()
    shop.now = (shop.now + 8 * 3_600_000) as typeof shop.now
    expect((await remove('/customers/2')).status).toBe(202)
  })

  test(claim('A8', 'api', 'is no waiver of another caller, shape or resource'), async () => {
    await givenByTwo()
    const other = await shop.key('other-bot')
    expect((await remove('/customers/2', other)).status).toBe(202)
    const grant = { resource: 'customers', method: 'PUT', path: '/customers/2' }
    expect((await send(agent, 'POST', '/v1/actions', grant)).status).toBe(202)
    expect((await remove('/customers/2', agent, 'archive')).status).toBe(202)
    expect(shop.sent).toEqual([])
  })

  test(claim('A8', 'api', 'is taken back at once, also between two of its uses'), async () => {
    const waiver = await givenByTwo()
    expect((await remove('/customers/2')).status).toBe(200)
    const revoked = send(await shop.token('olga'), 'DELETE', `/v1/waivers/${waiver}`)
    // In flight, one of the two is first: it passes before the revocation or waits after it, and nothing in between.
    const [during, taken] = await Promise.all([remove('/customers/3'), revoked])
    expect([200, 202]).toContain(during.status)
    if (taken.status === 409)
      expect((await send(await shop.token('olga'), 'DELETE', `/v1/waivers/${waiver}`)).status).toBe(204)
    expect((await remove('/customers/4')).status).toBe(202)
  })

  test.each([
    ['its owner', 'olga'],
    ['its owner under another entry', 'olga-admin'],
    ['who runs the gateway', 'omar'],
    ['the agent that asked', null],
  ])(claim('A1', 'api', 'is not approved by %s'), async (_, person) => {
    const { id } = await asked()
    const word = { says: 'approve' }
    const answer = person === null ? await decideAsAgent(id, word) : await decide(id, person, word)
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
    expect(await shop.store.read('life', { id })).toMatchObject({ state: 'waiting', votes: [] })
  })

  test('is asked for by an agent and by nobody else', async () => {
    for (const token of [await shop.token('olga'), await shop.token('ines'), shop.operatorToken])
      expect(await (await ask(AHEAD, token)).json()).toMatchObject({ code: 'not-eligible' })
  })

  test('is one, however often it is asked for under one Idempotency-Key', async () => {
    const once = (await (await ask(AHEAD, agent, 'nightly')).json()) as ActionView
    const again = (await (await ask(AHEAD, agent, 'nightly')).json()) as ActionView
    expect(again.id).toBe(once.id)
  })

  test('brings no waiver of waivers, though policy would let one be given', async () => {
    await shop.close()
    const actions = SHOP.policies.actions.replace('@within("30m")', '$& @waivable("8h, 20 uses")')
    shop = await openShop({ policies: { ...SHOP.policies, actions } })
    agent = await shop.key('invoice-bot')
    const { id } = await asked()
    const word = { says: 'approve', scope: { kind: 'waiver', uses: 9, forMs: 60_000 } }
    expect(await (await decide(id, 'ines', word)).json()).toMatchObject({ code: 'not-permitted' })
    const { card } = (await (await (await shop.browser('ines')).get(`/v1/holds/${id}`)).json()) as HoldView
    expect(card.waivable).toBeNull()
  })
})

describe('people are not even asked', () => {
  test.each([
    ['more uses than policy lets be waived', { uses: 21 }, 'not-permitted', 'at most 20 uses within 8h'],
    ['more time than policy lets be waived', { for: '9h' }, 'not-permitted', 'at most 20 uses within 8h'],
    ['what policy refuses', { method: 'POST' }, 'not-permitted', 'no policy permits'],
    ['what policy lets nobody waive', { method: 'PUT' }, 'not-permitted', 'ask each time'],
    ['what passes anyhow', { method: 'GET' }, 'conflict', 'just send it'],
    ['a resource that is not there', { resource: 'nowhere' }, 'unknown-resource', ''],
    ['Sallyport itself', { resource: 'sallyport' }, 'unknown-resource', ''],
    ['no use at all', { uses: 0 }, 'malformed', 'uses'],
    ['no time at all', { for: '0h' }, 'malformed', 'for'],
    ['ever', { for: '31d' }, 'malformed', 'for'],
  ])(claim('A8', 'api', 'to waive %s'), async (_, over, code, detail) => {
    const answer = await ask({ ...AHEAD, ...over })
    const problem = (await answer.json()) as { readonly code: string; readonly detail: string }
    expect(problem).toMatchObject({ code, detail: expect.stringContaining(detail) })
    expect(await shop.store.read('open', { limit: 1_000 })).toEqual([])
  })

  test('and that they were not stands in the record, with the reason', async () => {
    const problem = await (await ask({ ...AHEAD, uses: 21 })).json()
    const { action: id } = problem as { readonly action: string }
    const view = await (await send(agent, 'GET', `/v1/actions/${id}`)).json()
    expect(view).toMatchObject({ state: 'refused', resource: 'sallyport', ended: { code: 'not-permitted' } })
    const explained = await (await send(agent, 'GET', `/v1/actions/${id}/explanation`)).json()
    expect(explained).toMatchObject({ same: true })
  })

  test('while a reviewer forbids the shape, or somebody froze the resource', async () => {
    const { id } = (await (await remove('/customers/1')).json()) as ActionView
    await decide(id, 'ines', { says: 'deny', scope: { kind: 'shape' } })
    expect(await (await ask(AHEAD)).json()).toMatchObject({ code: 'denied' })
    const freeze = { scope: 'resource', name: 'customers', reason: 'stop' }
    await send(await shop.token('ines'), 'POST', '/v1/freezes', freeze)
    expect(await (await ask(AHEAD)).json()).toMatchObject({ code: 'frozen' })
  })

  test.each([
    ['nobody', '@because("rights are free")'],
    ['others', '@hold("legal") @because("the law decides")'],
  ])(
    claim('A8', 'api', 'where policy would ask %s for the waiver than for the action itself'),
    async (_, marks) => {
      await shop.close()
      const [before] = SHOP.policies.actions.split('@id("grants-take-two")')
      const actions = `${before}@id("grants") ${marks}\npermit (principal, action == Action::"grant", resource);`
      shop = await openShop({ policies: { ...SHOP.policies, actions } })
      const answer = await ask(AHEAD, await shop.key('invoice-bot'))
      expect(await answer.json()).toMatchObject({
        code: 'not-permitted',
        detail: expect.stringContaining('fewer people'),
      })
      expect(await shop.store.read('standings', { live: true, now: shop.now })).toEqual([])
    },
  )
})

test('Sallyport itself is no resource that a request of the API reaches', async () => {
  const request = { resource: 'sallyport', method: 'DELETE', path: '/waivers' }
  expect(await (await send(agent, 'POST', '/v1/actions', request)).json()).toMatchObject({
    code: 'unknown-resource',
  })
})

async function asked(): Promise<{ readonly id: ActionId }> {
  return (await (await ask(AHEAD)).json()) as { readonly id: ActionId }
}

function ask(body: object, token = agent, key?: string): Promise<Response> {
  return send(token, 'POST', '/v1/waivers', body, key === undefined ? {} : { 'idempotency-key': key })
}

function remove(path: string, token = agent, resource = 'customers'): Promise<Response> {
  return send(token, 'POST', '/v1/actions', { resource, method: 'DELETE', path })
}

/** The waiver, once both said yes. */
async function givenByTwo(): Promise<string> {
  const { id } = await asked()
  await approve(id, 'ines')
  await approve(id, 'ivo')
  return (await given(id)).waiver
}

/** What the agent fetches once it ran. */
async function given(id: string): Promise<{ readonly waiver: string; readonly uses: number }> {
  for (let version = 1; ; ) {
    const path = `/v1/actions/${id}?wait=20&after=${version}`
    const view = (await (await send(agent, 'GET', path)).json()) as ActionView
    if (view.ended !== null) break
    version = view.version
  }
  const answer = await send(agent, 'GET', `/v1/actions/${id}/answer`)
  expect(answer.headers.get('sallyport-status')).toBe('201')
  return (await answer.json()) as { readonly waiver: string; readonly uses: number }
}

async function standings(): Promise<readonly StandingView[]> {
  const list = await (await send(agent, 'GET', '/v1/waivers')).json()
  return (list as { readonly standings: readonly StandingView[] }).standings
}

function approve(id: string, person: string): Promise<Response> {
  return decide(id, person, { says: 'approve' })
}

async function decide(id: string, person: string, word: object): Promise<Response> {
  const browser = await shop.browser(person)
  const { saw } = (await (await browser.get(`/v1/holds/${id}`)).json()) as HoldView
  return browser.send('POST', `/v1/holds/${id}/decisions`, { ...word, saw })
}

async function decideAsAgent(id: string, word: object): Promise<Response> {
  const { saw } = (await (await send(agent, 'GET', `/v1/holds/${id}`)).json()) as HoldView
  return send(agent, 'POST', `/v1/holds/${id}/decisions`, { ...word, saw })
}

function send(
  token: string,
  method: string,
  path: string,
  body?: object,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const headers = { ...more, authorization: `Bearer ${token}` }
  if (body === undefined) return fetch(shop.url + path, { method, headers })
  const json = { ...headers, 'content-type': 'application/json' }
  return fetch(shop.url + path, { method, headers: json, body: JSON.stringify(body) })
}
