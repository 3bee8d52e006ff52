import { ActionView, RanView } from '@sallyport/contract/action'
import { HoldView } from '@sallyport/contract/hold'
import { claim } from '@sallyport/testkit/claim'
import type { Browser, Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IN_FLIGHT_LIMIT } from '../guard/load.ts'

let shop: Console
let agent: string
let ines: Browser
beforeAll(async () => {
  shop = await openShop()
  agent = await shop.key('invoice-bot')
  ines = await shop.browser('ines')
})
afterAll(() => shop.close())

const DELETE = { resource: 'customers', method: 'DELETE', path: '/customers/42', reason: 'they asked for it' }

describe('an action by its handle', () => {
  test('that is held answers 202 with where to look', async () => {
    const answer = await asked({ ...DELETE, path: '/customers/1' })
    const view = ActionView.parse(await answer.json())
    expect(answer.status).toBe(202)
    expect(answer.headers.get('location')).toBe(`/v1/actions/${view.id}`)
    expect(view).toMatchObject({ state: 'waiting', wait: 'parked', reason: 'they asked for it' })
  })

  test('that policy allows runs and brings its answer at once', async () => {
    const answer = await asked({ resource: 'customers', method: 'GET', path: '/customers/42' })
    expect(answer.status).toBe(200)
    const { answer: ran } = RanView.parse(await answer.json())
    expect(ran).toMatchObject({ status: 200, contentType: 'text/html', encoding: 'utf-8', cut: false })
  })

  test('is in flight no longer than that, however often it is asked for', async () => {
    for (let at = 0; at <= IN_FLIGHT_LIMIT; at++)
      expect((await asked({ resource: 'customers', method: 'GET', path: '/customers/42' })).status).toBe(200)
  })

  test('that policy refuses is a problem with the code of the table', async () => {
    const answer = await asked({ resource: 'customers', method: 'POST', path: '/customers' })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      code: 'not-permitted',
      action: expect.stringMatching(/^act_/),
    })
  })

  test('asked for again with its Idempotency-Key is the same action', async () => {
    const first = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/2' }, 'key-1')).json())
    const again = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/2' }, 'key-1')).json())
    expect(again.id).toBe(first.id)
  })

  test('of another body under the same Idempotency-Key is a conflict', async () => {
    await asked({ ...DELETE, path: '/customers/3' }, 'key-2')
    const answer = await asked({ ...DELETE, path: '/customers/4' }, 'key-2')
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'conflict' })
  })

  test('runs once after the yes, and its answer is fetched as bytes that no browser takes for a page', async () => {
    const { id } = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/5' })).json())
    const early = await call(agent, 'GET', `/v1/actions/${id}/answer`)
    expect(early.status).toBe(409)
    const waiting = call(agent, 'GET', `/v1/actions/${id}?wait=30`)
    const { saw } = HoldView.parse(await (await ines.get(`/v1/holds/${id}`)).json())
    await ines.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    expect(ActionView.parse(await (await waiting).json()).version).toBeGreaterThan(1)
    await untilEnded(id)
    const answer = await call(agent, 'GET', `/v1/actions/${id}/answer`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('sallyport-status')).toBe('200')
    expect(answer.headers.get('sallyport-content-type')).toBe('text/html')
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).toBe('<script>alert(1)</script>')
    expect(shop.sent.filter((sent) => sent.includes('/customers/5"'))).toHaveLength(1)
  })

  test('is taken back by its requester, and a late yes finds nothing', async () => {
    const { id } = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/6' })).json())
    const { saw } = HoldView.parse(await (await ines.get(`/v1/holds/${id}`)).json())
    expect(await (await call(agent, 'DELETE', `/v1/actions/${id}`)).json()).toMatchObject({
      state: 'withdrawn',
    })
    const late = await ines.send('POST', `/v1/holds/${id}/decisions`, { says: 'approve', saw })
    expect(await late.json()).toMatchObject({ code: 'withdrawn' })
  })

  test('is not taken back by its reviewer', async () => {
    const { id } = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/7' })).json())
    expect(await (await ines.send('DELETE', `/v1/actions/${id}`)).json()).toMatchObject({
      code: 'not-eligible',
    })
  })
})

describe('who may see an action', () => {
  test.each([
    ['the agent that asked', async () => bearer(agent), 200],
    ['its owner', async () => bearer(await shop.token('olga')), 200],
    ['its owner under another entry', async () => bearer(await shop.token('olga-admin')), 200],
    ['who may decide', async () => bearer(await shop.token('ines')), 200],
    ['who audits', async () => bearer(await shop.token('omar')), 200],
    ['the operator', async () => bearer(shop.operatorToken), 200],
    ['another agent', async () => bearer(await shop.key('other-bot')), 404],
    ['somebody else', async () => bearer(await shop.token('lena')), 404],
    ['nobody', async () => ({}), 401],
  ] as const)('%s', async (_, headers, status) => {
    const { id } = (await shop.hold({ message: _ })).action
    const given = await headers()
    const answers = await Promise.all(
      [`/v1/actions/${id}`, `/v1/holds/${id}`, `/v1/actions/${id}/explanation`, `/v1/receipts/${id}`].map(
        (path) => fetch(shop.url + path, { headers: given }),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status, status])
    if (status !== 404) return
    // An action that is not theirs to see reads like one that never was.
    const never = 'act_00000000000000000000000000'
    const unknown = await (await fetch(`${shop.url}/v1/actions/${never}`, { headers: given })).text()
    expect((await answers[0]?.text())?.replaceAll(id, never)).toBe(unknown)
  })

  test('the answer is for the requester alone', async () => {
    const { id } = (await shop.hold({ message: 'alone' })).action
    const answer = await fetch(`${shop.url}/v1/actions/${id}/answer`, {
      headers: bearer(await shop.token('olga')),
    })
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
  })

  test('a list of holds has what waits for this person and nothing else', async () => {
    const { id } = (await shop.hold({ message: 'list' })).action
    const idsOf = async (person: string) => {
      const list = await (
        await fetch(`${shop.url}/v1/holds`, { headers: bearer(await shop.token(person)) })
      ).json()
      return (list as { holds: { action: { id: string } }[] }).holds.map((hold) => hold.action.id)
    }
    expect(await idsOf('ivo')).toContain(id)
    expect(await idsOf('olga')).not.toContain(id)
    expect(await idsOf('lena')).not.toContain(id)
  })
})

describe('a question', () => {
  test(
    claim(
      'A6',
      'api',
      'reaches the requester, the answer comes back into the thread, and the action stays what it was',
    ),
    async () => {
      const before = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/8' })).json())
      const { id } = before
      await ines.send('POST', `/v1/holds/${id}/questions`, { text: 'which ticket? password=hunter2hunter2' })
      const seen = ActionView.parse(await (await call(agent, 'GET', `/v1/actions/${id}`)).json())
      expect(seen.thread).toMatchObject([{ kind: 'question', by: 'ines' }])
      expect(JSON.stringify(seen)).not.toContain('hunter2')
      const answer = await call(agent, 'POST', `/v1/holds/${id}/answers`, { text: 'PRIV-2201' })
      expect(answer.status).toBe(200)
      const after = HoldView.parse(await (await ines.get(`/v1/holds/${id}`)).json())
      expect(after.card.thread).toMatchObject([
        { kind: 'question' },
        { kind: 'answer', by: 'invoice-bot', text: 'PRIV-2201' },
      ])
      const { digest, shape, command, terms, votes, deadline } = after.action
      expect({ digest, shape, command, terms, votes, deadline }).toEqual({
        digest: before.digest,
        shape: before.shape,
        command: before.command,
        terms: before.terms,
        votes: [],
        deadline: before.deadline,
      })
    },
  )

  test(claim('A6', 'page', 'is asked and answered by forms, and stands on the card of both'), async () => {
    const { id } = (await shop.hold({ message: 'thread' })).action
    const olga = await shop.browser('olga')
    expect((await ines.submit(`/holds/${id}/question`, { text: 'why now?' })).status).toBe(303)
    expect(await (await olga.get(`/holds/${id}`)).text()).toContain('why now?')
    expect((await olga.submit(`/holds/${id}/answer`, { text: 'the law\r\nsays so' })).status).toBe(303)
    expect(await (await ines.get(`/holds/${id}`)).text()).toContain('the law\nsays so')
    expect(await shop.store.read('life', { id })).toMatchObject({ state: 'waiting', votes: [] })
  })

  test('from outside is not answered into the thread', async () => {
    const { id } = (await shop.hold({ message: 'outside' })).action
    const answer = await ines.send('POST', `/v1/holds/${id}/answers`, { text: 'it is fine' })
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
  })
})

describe('the record of an action', () => {
  test('is judged again from its leaf to the same verdict', async () => {
    const { id } = (await shop.hold({ message: 'explained' })).action
    const explained = await (await ines.get(`/v1/actions/${id}/explanation`)).json()
    expect(explained).toMatchObject({
      same: true,
      recorded: { kind: 'hold', rules: ['deletes-are-held'] },
      replayed: { kind: 'hold', rules: ['deletes-are-held'] },
    })
  })

  test('is a receipt, whose nonce only the requester is told', async () => {
    const { id } = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/9' })).json())
    const nonceFor = async (headers: Readonly<Record<string, string>>) =>
      ((await (await fetch(`${shop.url}/v1/receipts/${id}`, { headers })).json()) as { nonce: string | null })
        .nonce
    expect(await nonceFor(bearer(agent))).toMatch(/^[0-9a-f]{64}$/)
    expect(await nonceFor({ cookie: ines.cookie })).toBe(null)
  })
})

test('what the API says of an action has no nonce, claim key, seal, hash or proof in it', async () => {
  const { id } = ActionView.parse(await (await asked({ ...DELETE, path: '/customers/10' })).json())
  const kept = await shop.store.read('kept', { action: id as never })
  const said = await Promise.all(
    [`/v1/actions/${id}`, `/v1/holds/${id}`, '/v1/holds', '/v1/whoami', `/holds/${id}`].map(async (path) =>
      (await ines.get(path)).text(),
    ),
  )
  const secrets = [kept?.nonce, kept?.payload].map((bytes) => Buffer.from(bytes ?? []))
  for (const text of said) {
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(0)
      expect(text).not.toContain(secret.toString('hex'))
      expect(text).not.toContain(secret.toString('base64'))
    }
    expect(text).not.toContain(kept?.claim)
    expect(text).not.toContain(ines.cookie.slice(ines.cookie.indexOf('=') + 1))
  }
})

async function untilEnded(id: string): Promise<void> {
  for (let version = 1; ; ) {
    const view = ActionView.parse(
      await (await call(agent, 'GET', `/v1/actions/${id}?wait=20&after=${version}`)).json(),
    )
    if (view.ended !== null) return
    version = view.version
  }
}

function asked(body: unknown, key?: string): Promise<Response> {
  return call(agent, 'POST', '/v1/actions', body, key === undefined ? {} : { 'idempotency-key': key })
}

function call(
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const json =
    body === undefined
      ? {}
      : {
          body: JSON.stringify(body),
          headers: { ...headers, ...bearer(token), 'content-type': 'application/json' },
        }
  return fetch(shop.url + path, { method, headers: { ...headers, ...bearer(token) }, ...json })
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}
