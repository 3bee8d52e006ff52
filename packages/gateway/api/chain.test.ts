import type { AgentId, PersonId } from '@sallyport/core/action/ids'
import type { Caller } from '@sallyport/core/people/caller'
import { claim } from '@sallyport/testkit/claim'
import { type Console } from '@sallyport/testkit/console'
import { describedByMethod } from '@sallyport/testkit/described-by-method'
import { named } from '@sallyport/testkit/identity'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** All of them are present, and all but omar are in the group that decides. */
let shop: Console
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const CALLER: Caller = {
  agents: [named('agent', 'invoice-bot')],
  owner: named('person', 'olga'),
  actsFor: [named('person', 'ada')],
  proof: { kind: 'agent-key', key: 'k', madeBy: null },
}

const NOT_THEY = [
  ['the owner of the agent', 'olga', 'You are in the chain of this request'],
  [
    'the owner under another entry, with every right of an admin',
    'olga-admin',
    'You are in the chain of this request',
  ],
  ['the person that the agent acts for', 'ada', 'You are in the chain of this request'],
] as const

describe.each(NOT_THEY)('%s', (_, person, sentence) => {
  test.each(['approve', 'deny'])(claim('A1', 'api', 'does not %s through the API'), async (says) => {
    const { id } = (await shop.hold({ caller: CALLER, message: { person, says } })).action
    const browser = await shop.browser(person)
    const { saw, ...hold } = (await (await browser.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
    expect(hold).toMatchObject({ mayDecide: false, whyNot: expect.stringContaining(sentence) })
    const answer = await browser.send('POST', `/v1/holds/${id}/decisions`, { says, saw })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'not-eligible', action: id })
    expect(await lifeOf(id)).toMatchObject({ state: 'waiting', votes: [] })
  })

  test.each(['approve:once', 'approve:waiver', 'deny:call', 'deny:session'])(
    claim('A1', 'page', 'does not %s on the page, whose card has no buttons for it'),
    async (word) => {
      const { id } = (await shop.hold({ caller: CALLER, message: { person, word } })).action
      const browser = await shop.browser(person)
      const card = await (await browser.get(`/holds/${id}`)).text()
      expect(card).toContain(sentence)
      expect(card).not.toContain(`/holds/${id}/decision`)
      const { saw } = (await (await browser.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
      const answer = await browser.submit(`/holds/${id}/decision`, { word, saw, uses: '1', hours: '1' })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('may not decide')
      expect(await lifeOf(id)).toMatchObject({ state: 'waiting', votes: [] })
    },
  )

  test('asks no question of themself either', async () => {
    const { id } = (await shop.hold({ caller: CALLER, message: { person, asks: true } })).action
    const answer = await (await shop.browser(person)).send('POST', `/v1/holds/${id}/questions`, {
      text: 'fine?',
    })
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
  })
})

describe('an admin who is nobody of the chain', () => {
  test.each(['approve', 'deny'])(
    claim('A1', 'api', 'sees everything and does not %s: running the gateway gives no seat'),
    async (says) => {
      const { id } = (await shop.hold({ caller: CALLER, message: { admin: says } })).action
      const omar = await shop.browser('omar')
      const { saw, ...hold } = (await (await omar.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
      expect(hold).toMatchObject({ mayDecide: false, whyNot: 'You are not in a group that decides this.' })
      const answer = await omar.send('POST', `/v1/holds/${id}/decisions`, { says, saw })
      expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
      expect(await lifeOf(id)).toMatchObject({ state: 'waiting' })
    },
  )

  test(claim('A1', 'page', 'has a card without buttons'), async () => {
    const { id } = (await shop.hold({ caller: CALLER, message: 'admin page' })).action
    const card = await (await (await shop.browser('omar')).get(`/holds/${id}`)).text()
    expect(card).toContain('You are not in a group that decides this.')
    expect(card).not.toContain(`/holds/${id}/decision`)
  })
})

test(
  claim('A1', 'api', 'a person who asks for themself does not decide it, and somebody else does'),
  async () => {
    const ines = named('person', 'ines')
    const caller = {
      agents: [] as AgentId[],
      owner: ines,
      actsFor: [ines] as PersonId[],
      proof: { kind: 'sign-in', session: 's', madeBy: null },
    } as const
    const { id } = (await shop.hold({ caller, message: 'herself' })).action
    const herself = await shop.browser('ines')
    const { saw } = (await (await herself.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
    const no = await herself.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    expect(await no.json()).toMatchObject({ code: 'not-eligible' })
    const yes = await (await shop.browser('ivo')).send('POST', `/v1/holds/${id}/decisions`, {
      says: 'approve',
      saw,
    })
    expect(yes.status).toBe(200)
  },
)

describe('a sign-in by a link that somebody of the chain made', () => {
  test.each([
    ['olga', 403],
    ['olga-admin', 403],
    ['ada', 403],
    ['omar', 200],
  ])(
    claim('A1', 'page', 'decides nothing there, though its person could: made by %s'),
    async (maker, status) => {
      const { id } = (await shop.hold({ caller: CALLER, message: { maker } })).action
      const ines = await shop.browser('ines', maker)
      const card = await (await ines.get(`/holds/${id}`)).text()
      expect(card.includes(`/holds/${id}/decision`)).toBe(status === 200)
      expect(card.includes('Your sign-in link was made by')).toBe(status !== 200)
      const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
      const answer = await ines.send('POST', `/v1/holds/${id}/decisions`, { says: 'deny', saw })
      expect(answer.status).toBe(status)
      if (status === 403) expect(await answer.json()).toMatchObject({ code: 'not-eligible', action: id })
      expect(await lifeOf(id)).toMatchObject({ state: status === 200 ? 'denied' : 'waiting' })
    },
  )
})

test(
  claim('A1', 'api', 'a link that is made through the API keeps its maker, also in the record'),
  async () => {
    const omar = await shop.browser('omar')
    const made = await omar.send('POST', '/v1/sign-in-links', { person: 'ines' })
    const { url } = (await made.json()) as { readonly url: string }
    const size = (await shop.store.read('head', {})).size
    const [entry] = await shop.store.read('entries', { from: size - 1, to: size })
    expect(JSON.parse(new TextDecoder().decode(entry))).toMatchObject({
      event: 'link-made',
      name: 'ines',
      by: 'omar',
    })
    const ines = await shop.follow(url)
    const caller = { ...CALLER, actsFor: [named('person', 'omar')] }
    const { id } = (await shop.hold({ caller, message: 'for omar' })).action
    const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
    const answer = await ines.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
  },
)

test(claim('A2', 'api', 'one person in two groups takes one seat of two'), async () => {
  const { id } = (await shop.hold({ described: grant(), message: 'grant' })).action
  const ivo = await shop.browser('ivo')
  const { saw } = (await (await ivo.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
  await ivo.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
  const again = await ivo.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
  expect(await again.json()).toMatchObject({ code: 'conflict' })
  expect(await lifeOf(id)).toMatchObject({ state: 'waiting' })
  await (await shop.browser('ines')).send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
  expect((await lifeOf(id))?.state).not.toBe('waiting')
})

function grant() {
  return describedByMethod({ method: 'PUT', path: '/roles/7' })
}

function lifeOf(id: Parameters<typeof shop.parts.desk.decide>[0]) {
  return shop.store.read('life', { id })
}

test(
  claim(
    'A1',
    'api',
    'whoever made an agent for somebody else was told its key, and decides nothing that it asks',
  ),
  async () => {
    // olga-admin may configure; the agent is to be ada's, and ines decides for the shop.
    const maker = await shop.browser('olga-admin')
    const made = await maker.send('POST', '/v1/agents', { name: 'gift-bot', owner: 'ada', groups: [] })
    const { key } = (await made.json()) as { readonly key: string }
    const caller = await shop.identity.caller(key)
    if ('code' in caller) throw new Error(caller.detail)
    const { id } = (await shop.hold({ caller, message: 'a gift' })).action
    const saw = async (person: string) => {
      const view = await (await shop.browser(person)).get(`/v1/holds/${id}`)
      return ((await view.json()) as { readonly saw: string }).saw
    }
    for (const [person, status] of [
      ['olga', 403],
      ['olga-admin', 403],
      ['ines', 200],
    ] as const) {
      const decided = await (await shop.browser(person)).send('POST', `/v1/holds/${id}/decisions`, {
        says: 'approve',
        saw: await saw('ines'),
      })
      expect([person, decided.status === 404 ? 403 : decided.status]).toEqual([person, status])
    }
  },
)
