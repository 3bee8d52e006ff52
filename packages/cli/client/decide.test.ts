import { claim } from '@sallyport/testkit/claim'
import { type Console, openConsole } from '@sallyport/testkit/console'
import { named } from '@sallyport/testkit/identity'
import { SHOP } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, sallyport, start } from '../trial/sallyport.ts'

let gate: Console
let id: string

beforeAll(async () => {
  gate = await openConsole(SHOP)
  await gate.identity.createAgent(named('agent', 'invoice-bot'), named('person', 'olga'), [], 'operator')
})
afterAll(() => gate.close())

const as = (token: string) => ({ env: { SALLYPORT_URL: gate.url, SALLYPORT_TOKEN: token } })
const held = async (): Promise<string> => (await gate.hold()).action.id
const state = async (): Promise<string | undefined> =>
  (await gate.store.read('open', { limit: 1_000 })).find(({ action }) => action.id === id)?.state

describe('a decision is made in the browser', () => {
  test(
    claim('A3', 'cli', 'approve shows the card and a link, waits, and decides nothing by itself'),
    async () => {
      id = await held()
      const approving = start(['approve', id], as(await gate.token('ines')))
      const said = await approving.until(`${gate.url}/holds/${id}`)
      expect(said).toContain('Sends DELETE to /customers/42')
      expect(said).toContain('deletes-are-held')
      expect(await state()).toBe('waiting')

      await decide('approve')
      const { exit, out } = await approving.ended
      expect(exit).toBe(0)
      expect(out).toContain(id)
    },
  )

  test.each([
    ['the key of an agent', () => gate.key('invoice-bot')],
    ["the operator's token", async () => gate.operatorToken],
  ])(
    claim('A3', 'cli', '%s is told that it decides nothing, with the code of the table'),
    async (_, token) => {
      id = await held()
      for (const verb of ['approve', 'deny']) {
        expect(await sallyport([verb, id], as(await token()))).toMatchObject({ exit: 16 })
        expect(await state()).toBe('waiting')
      }
    },
  )

  test.each(['olga', 'olga-admin'])(
    claim('A1', 'cli', '%s, the owner of the agent by whatever entry, is told so and gets no link'),
    async (person) => {
      id = await held()
      const token = await gate.token(person)
      const answers = ['approve', 'deny'].map((verb) => sallyport([verb, id], as(token)))
      for (const { exit, err } of await Promise.all(answers)) {
        expect(exit).toBe(16)
        expect(err).toContain('You are in the chain of this request. Nobody decides their own.')
        expect(err).not.toContain('/holds/')
      }
      expect(await state()).toBe('waiting')
    },
  )

  test('what others decided meanwhile ends the waiting with its code', async () => {
    const cases = [
      ['approve', 'deny', 26],
      ['deny', 'deny', 0],
      ['deny', 'approve', 15],
    ] as const
    for (const [wanted, happened, code] of cases) {
      id = await held()
      const waiting: Running = start([wanted, id], as(await gate.token('ines')))
      await waiting.until('/holds/')
      await decide(happened)
      expect([wanted, happened, (await waiting.ended).exit]).toEqual([wanted, happened, code])
    }
  })
})

test(
  claim('A6', 'cli', 'a question and its answer go into the thread, and the action stays what it was'),
  async () => {
    id = await held()
    const [reviewer, agent] = [as(await gate.token('ines')), as(await gate.key('invoice-bot'))]
    const before = await shown(reviewer)
    expect(await sallyport(['ask', id, 'Why 42?'], reviewer)).toMatchObject({ exit: 0 })
    expect(await sallyport(['answer', id, 'It was asked for by letter.'], agent)).toMatchObject({ exit: 0 })
    const after = await shown(reviewer)
    expect(after.action.digest).toBe(before.action.digest)
    expect(after.action.state).toBe('waiting')
    expect(after.card.thread.map(({ by, text }) => [by, text])).toEqual([
      ['ines', 'Why 42?'],
      ['invoice-bot', 'It was asked for by letter.'],
    ])
    expect(await sallyport(['ask', id, 'Why?'], agent)).toMatchObject({ exit: 16 })
    expect((await sallyport(['withdraw', id], agent)).exit).toBe(0)
    expect(await state()).toBe(undefined)
  },
)

test('the list is that of the person who asks', async () => {
  id = await held()
  const [ines, olga, agent] = [
    await gate.token('ines'),
    await gate.token('olga'),
    await gate.key('invoice-bot'),
  ]
  const [hers, owners, agents, nobodys] = await Promise.all([
    sallyport(['holds'], as(ines)),
    sallyport(['holds'], as(olga)),
    sallyport(['holds'], as(agent)),
    sallyport(['holds'], { env: { SALLYPORT_URL: gate.url } }),
  ])
  expect(hers).toMatchObject({ exit: 0, out: expect.stringContaining(id) })
  expect(owners).toMatchObject({ exit: 0, out: expect.not.stringContaining(id) })
  expect([agents.exit, nobodys.exit]).toEqual([16, 10])
})

interface Shown {
  readonly action: { readonly digest: string; readonly state: string }
  readonly card: { readonly thread: readonly { readonly by: string; readonly text: string }[] }
}

async function shown(setting: ReturnType<typeof as>): Promise<Shown> {
  return JSON.parse((await sallyport(['show', id, '--json'], setting)).out) as Shown
}

/** Ivo, in his browser. */
async function decide(says: 'approve' | 'deny'): Promise<void> {
  const browser = await gate.browser('ivo')
  const { saw } = (await (await browser.get(`/v1/holds/${id}`)).json()) as { readonly saw: string }
  const answer = await browser.send('POST', `/v1/holds/${id}/decisions`, { says, saw })
  expect(answer.status).toBe(200)
}
