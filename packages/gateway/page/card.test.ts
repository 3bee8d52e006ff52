import { NO_HTTP } from '@sallyport/core/facts/http'
import { redactText } from '@sallyport/core/redact/redact'
import { claim } from '@sallyport/testkit/claim'
import { type Browser, type Console } from '@sallyport/testkit/console'
import { describedByMethod } from '@sallyport/testkit/described-by-method'
import { named } from '@sallyport/testkit/identity'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let shop: Console
let ines: Browser
beforeAll(async () => {
  shop = await openShop()
  ines = await shop.browser('ines')
})
afterAll(() => shop.close())

const TRICKS = [
  ['a right-to-left override', 'DELETE /a\u202e/b', ['\\u{202e}'], '\u202e'],
  ['a zero-width space', 'DELETE /a\u200b/b', ['\\u{200b}'], '\u200b'],
  ['tag characters', 'DELETE /a\u{e0041}', ['\\u{e0041}'], '\u{e0041}'],
  ['an ANSI escape', 'DELETE /a\u001b[2K', ['\\u{1b}'], '\u001b'],
  ['a carriage return', 'DELETE /a\rGET /b', ['\\u{d}'], '\r'],
  [
    'padding by empty lines',
    `DELETE /a${'\n'.repeat(60)}-- and all of it`,
    ['empty lines}', '-- and all of it'],
    '\n'.repeat(30),
  ],
  [
    'markup',
    '<img src=x onerror=alert(1)><script>1</script>',
    ['&lt;img src=x', '&lt;script&gt;'],
    '<img src=x',
  ],
  ['an attribute that ends', `" autofocus onfocus="alert(1)`, ['&quot; autofocus'], '" autofocus'],
  [
    'a frame of its own',
    '</pre><button class="yes">Approve once</button>',
    ['&lt;/pre&gt;'],
    '</pre><button',
  ],
] as const

describe('the text of a card', () => {
  test.each(TRICKS)(claim('V4', 'page', 'shows what it is: %s'), async (_, line, shown, raw) => {
    const text = redactText(line, 10_000)
    const described = {
      ...describedByMethod({ method: 'DELETE', path: '/x' }),
      says: text,
      command: { line: text, parameters: [{ name: text, value: text }] },
    }
    const { id } = (await shop.hold({ described, message: line, reason: text })).action
    await shop.parts.desk.answer(id, 'invoice-bot', text)
    const card = await page(`/holds/${id}`)
    for (const part of shown) expect(card).toContain(part)
    expect(card).not.toContain(raw)
    expect(await page('/')).not.toContain(raw)
  })

  test(
    claim(
      'V4',
      'page',
      'that is cut shows head, tail and count, and has no way to approve until all of it is shown',
    ),
    async () => {
      const line = redactText(`DELETE /bulk ${'x'.repeat(20_000)} and the verb at the end`, 100_000)
      const described = {
        ...describedByMethod({ method: 'DELETE', path: '/x' }),
        command: { line, parameters: [] },
      }
      const { id } = (await shop.hold({ described, message: 'long' })).action
      const cut = await page(`/holds/${id}`)
      expect(cut).toMatch(/… [0-9,]+ characters not shown …/)
      expect(cut).toContain('DELETE /bulk')
      expect(cut).toContain('and the verb at the end')
      expect(cut).toContain(`/holds/${id}?whole`)
      expect(cut).not.toContain('approve:')
      expect(cut).toContain('deny:call')
      const whole = await page(`/holds/${id}?whole`)
      expect(whole).toContain('x'.repeat(20_000))
      expect(whole).toContain('approve:once')
    },
  )

  test(claim('V4', 'page', 'of which a part was never kept takes more than one click'), async () => {
    const line = redactText(`DELETE /bulk ${'x'.repeat(20_000)}`, 1_000)
    const described = {
      ...describedByMethod({ method: 'DELETE', path: '/x' }),
      command: { line, parameters: [] },
    }
    const { id } = (await shop.hold({ described, message: 'unkept' })).action
    const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
    expect(await page(`/holds/${id}`)).toMatch(/name="unseen" required/)
    const clicked = await ines.submit(`/holds/${id}/decision`, { word: 'approve:once', saw })
    expect(clicked.status).toBe(400)
    const meant = await ines.submit(`/holds/${id}/decision`, { word: 'approve:once', saw, unseen: 'on' })
    expect(meant.status).toBe(303)
  })
})

describe('the card says', () => {
  // biome-ignore format: a table
  const WORDS = [
    ['who asks, by whom and for whom', ['invoice-bot', 'Olga Marsh', 'Ada Lund']],
    ['run and model as they were told', ['nightly #7', 'gpt-9', 'claimed']],
    ['the command and its parameters', ['DELETE /customers/42', 'cascade', 'true']],
    ['what it would do in a sentence', ['Sends DELETE to /customers/42']],
    ['datasets, target and environment', ['customers', 'prod']],
    ['the matched rule and its reason', ['deletes-are-held', 'deleting customers takes a data owner']],
    ['the reason of the requester', ['ticket PRIV-2201']],
    ['what this agent did in the session and the last day', ['This session', 'Last 24 hours']],
    ['the signals', ['first of its kind from this requester']],
    ['how long is left', ['15 min left']],
    ['that the impact is unknown', ['unknown', 'the target was not asked']],
    ['whose approval is needed', ['one of data-owners']],
  ] as const
  test.each(WORDS)(claim('V1', 'page', '%s'), async (_, words) => {
    const { html } = await cardOf(_)
    for (const word of words) expect(html).toContain(word)
  })

  test(claim('V1', 'api', 'the same through the API'), async () => {
    const { hold } = await cardOf('api')
    expect(hold).toMatchObject({
      same: 0,
      mayDecide: true,
      card: {
        says: 'Sends DELETE to /customers/42',
        command: 'DELETE /customers/42',
        parameters: [{ name: 'cascade', value: 'true' }],
        requester: {
          agents: ['invoice-bot'],
          owner: { id: 'olga', name: 'Olga Marsh' },
          actsFor: [{ id: 'ada', name: 'Ada Lund' }],
          run: { value: 'nightly #7', trust: 'claimed' },
          model: { value: 'gpt-9', trust: 'claimed' },
        },
        resource: 'customers',
        environment: 'prod',
        effects: ['delete'],
        datasets: ['customers'],
        policy: {
          rules: ['deletes-are-held'],
          because: 'deleting customers takes a data owner',
          controls: ['SOC2:CC8.1'],
        },
        reason: 'ticket PRIV-2201',
        impact: { kind: 'unknown' },
        seats: [{ group: 'data-owners', takenBy: null }],
        history: { session: expect.anything(), lastDay: expect.anything() },
        expiresAt: expect.stringMatching(/Z$/),
      },
    })
  })

  test('how many of the same wait, and each wants its own approval', async () => {
    await shop.hold({ message: 'twice' })
    const { id } = (await shop.hold({ message: 'twice' })).action
    expect(await page(`/holds/${id}`)).toContain('each wants its own approval')
    const hold = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly same: number }
    expect(hold.same).toBe(1)
  })

  test('who decided and when, on every copy', async () => {
    const { id } = (await shop.hold({ message: 'denied' })).action
    const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
    expect((await ines.submit(`/holds/${id}/decision`, { word: 'deny:call', saw })).status).toBe(303)
    for (const person of ['ines', 'ivo', 'olga', 'omar']) {
      const card = await (await (await shop.browser(person)).get(`/holds/${id}`)).text()
      expect(card).toContain('Denied. Nothing was sent.')
      expect(card).toMatch(/Ines Falk denied, <time [^>]*>2026-11-20 12:00 UTC/)
      expect(card).not.toContain('/decision"')
    }
  })
})

test('a waiver is given within what the policy lets be waived, and no further', async () => {
  const { id } = (await shop.hold({ message: 'waiver' })).action
  const { saw } = (await (await ines.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
  const beyond = await ines.submit(`/holds/${id}/decision`, {
    word: 'approve:waiver',
    saw,
    uses: '21',
    hours: '1',
  })
  expect(beyond.status).toBe(403)
  const within = await ines.submit(`/holds/${id}/decision`, {
    word: 'approve:waiver',
    saw,
    uses: '20',
    hours: '8',
  })
  expect(within.status).toBe(303)
  const { standings } = (await (await ines.get('/v1/waivers')).json()) as {
    standings: { kind: string; usesLeft: number }[]
  }
  expect(standings).toMatchObject([{ kind: 'waiver', usesLeft: 20, by: ['ines'] }])
})

async function cardOf(message: string) {
  const agent = named('agent', 'invoice-bot')
  const told = (value: string) => ({ value, trust: 'claimed' }) as const
  const described = describedByMethod({ method: 'DELETE', path: '/customers/42' })
  const parameters = [{ name: redactText('cascade', 100), value: redactText('true', 100) }]
  // First of its kind each time: another path is another shape.
  const facts = {
    ...described.facts,
    http: { ...NO_HTTP, method: 'DELETE', path: `/${message}` },
  } as typeof described.facts
  const { id } = (
    await shop.hold({
      caller: {
        agents: [agent],
        owner: named('person', 'olga'),
        actsFor: [named('person', 'ada')],
        run: told('nightly #7'),
        model: told('gpt-9'),
        proof: { kind: 'agent-key', key: 'k', madeBy: null },
      },
      described: { ...described, facts, command: { ...described.command, parameters } },
      reason: redactText('ticket PRIV-2201', 100),
      message,
    })
  ).action
  return { html: await page(`/holds/${id}`), hold: await (await ines.get(`/v1/holds/${id}`)).json() }
}

async function page(path: string): Promise<string> {
  const answer = await ines.get(path)
  expect(answer.status).toBe(200)
  return answer.text()
}
