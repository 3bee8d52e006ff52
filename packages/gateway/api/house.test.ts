import { Status } from '@sallyport/contract/house'
import { REFUSALS } from '@sallyport/core/refusal/table'
import { type Browser, type Console } from '@sallyport/testkit/console'
import { describedByMethod } from '@sallyport/testkit/described-by-method'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let shop: Console
let agent: string
beforeAll(async () => {
  shop = await openShop()
  agent = await shop.key('invoice-bot')
})
afterAll(() => shop.close())

interface Document {
  readonly openapi: string
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string; readonly responses: object }>>>
  >
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { readonly properties: Readonly<Record<string, { readonly enum?: readonly string[] }>> }>
    >
  }
}

describe('the contract', () => {
  test('is OpenAPI 3.1, for anybody', async () => {
    const document = await contract()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/v1/actions',
      '/v1/actions/{id}',
      '/v1/actions/{id}/answer',
      '/v1/actions/{id}/explanation',
      '/v1/agents',
      '/v1/agents/{name}',
      '/v1/agents/{name}/rotate',
      '/v1/freezes',
      '/v1/freezes/{id}',
      '/v1/holds',
      '/v1/holds/{id}',
      '/v1/holds/{id}/answers',
      '/v1/holds/{id}/decisions',
      '/v1/holds/{id}/questions',
      '/v1/pairings',
      '/v1/pairings/{secret}',
      '/v1/receipts/{id}',
      '/v1/sign-in-links',
      '/v1/status',
      '/v1/waivers',
      '/v1/waivers/{id}',
      '/v1/whoami',
    ])
  })

  test('names every code of the refusal table and no other', async () => {
    const { components } = await contract()
    expect(components.schemas['Problem']?.properties['code']?.enum).toEqual(Object.keys(REFUSALS))
  })

  test('of every route has a problem document for what it refuses', async () => {
    const operations = Object.values((await contract()).paths).flatMap((path) => Object.values(path))
    for (const { responses } of operations) expect(responses).toHaveProperty('default')
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  })
})

describe('who may do what to the gateway', () => {
  const WHO = ['omar', 'ines', 'olga'] as const
  const ROUTES = [
    ['POST', '/v1/agents', { name: 'new-bot', owner: 'ines' }],
    ['POST', '/v1/agents/other-bot/rotate', undefined],
    ['POST', '/v1/sign-in-links', { person: 'ines' }],
  ] as const

  test.each(ROUTES)('%s %s takes the right to configure, and presence', async (method, path, body) => {
    for (const person of WHO) {
      const browser = await shop.browser(person)
      const token = await shop.token(person)
      const byToken = await call(token, method, path, body)
      expect(await byToken.json()).toMatchObject({ code: 'needs-presence' })
      const answer = await browser.send(method, path, body)
      expect([person, answer.status]).toEqual([
        person,
        person === 'omar' ? (method === 'POST' && !path.endsWith('rotate') ? 201 : 200) : 403,
      ])
    }
    expect(await (await call(agent, method, path, body)).json()).toMatchObject({ code: 'not-eligible' })
    expect((await fetch(shop.url + path, { method })).status).toBe(401)
  })

  test.each(['/v1/status', '/metrics', '/log/tile/0/000.p/1'])(
    '%s takes the right to operate or audit',
    async (path) => {
      expect((await call(shop.operatorToken, 'GET', path)).status).toBe(200)
      expect((await call(await shop.token('omar'), 'GET', path)).status).toBe(200)
      expect((await call(await shop.token('ines'), 'GET', path)).status).toBe(403)
      expect((await call(agent, 'GET', path)).status).toBe(403)
      expect((await fetch(shop.url + path)).status).toBe(401)
    },
  )

  test.each(['/log/checkpoint', '/healthz', '/readyz', '/v1/openapi.json'])(
    '%s is for anybody',
    async (path) => {
      expect((await fetch(shop.url + path)).status).toBe(200)
    },
  )
})

describe('a freeze', () => {
  test('takes a token, since it only tightens, and its lifting takes presence and the right to operate', async () => {
    const reason = 'it runs wild, password=hunter2hunter2'
    const frozen = await call(await shop.token('ines'), 'POST', '/v1/freezes', {
      scope: 'agent',
      name: 'invoice-bot',
      reason,
    })
    expect(frozen.status).toBe(201)
    const { id, ...said } = (await frozen.json()) as { readonly id: string }
    expect(JSON.stringify(said)).not.toContain('hunter2')
    const refused = await call(agent, 'POST', '/v1/actions', {
      resource: 'customers',
      method: 'GET',
      path: '/customers/1',
    })
    expect(await refused.json()).toMatchObject({ code: 'frozen', status: 423 })

    const omar = await shop.browser('omar')
    const lift = (browser: Browser) => browser.send('DELETE', `/v1/freezes/${id}`)
    expect((await call(await shop.token('omar'), 'DELETE', `/v1/freezes/${id}`)).status).toBe(403)
    expect((await call(shop.operatorToken, 'DELETE', `/v1/freezes/${id}`)).status).toBe(403)
    expect((await lift(await shop.browser('ines'))).status).toBe(403)
    expect(await (await lift(omar)).json()).toMatchObject({ lifted: true })
    expect(
      (
        await call(agent, 'POST', '/v1/actions', {
          resource: 'customers',
          method: 'GET',
          path: '/customers/1',
        })
      ).status,
    ).toBe(200)
  })

  test('is no business of an agent', async () => {
    const answer = await call(agent, 'POST', '/v1/freezes', { scope: 'everything', reason: 'x' })
    expect(await answer.json()).toMatchObject({ code: 'not-eligible' })
  })
})

test('the status says who could decide each hold, and that changes are unguarded', async () => {
  const status = Status.parse(await (await call(shop.operatorToken, 'GET', '/v1/status')).json())
  expect(status).toMatchObject({
    changes: 'unguarded',
    verifierKey: expect.stringContaining('sallyport.test/console+'),
  })
  expect(status.holds).toMatchObject([
    {
      rule: 'deletes-are-held',
      resource: 'customers',
      people: ['ines', 'ivo', 'olga', 'olga-admin', 'ada'],
      enough: true,
    },
    { rule: 'grants-take-two', people: ['ines', 'ivo', 'lena', 'olga', 'olga-admin', 'ada'], enough: true },
  ])
})

test('the metrics count outcomes and waiting holds, with no name in a label', async () => {
  await shop.hold({ message: 'counted' })
  const text = await (await call(shop.operatorToken, 'GET', '/metrics')).text()
  expect(text).toMatch(/sallyport_actions_total\{outcome="succeeded"\} [1-9]/)
  expect(text).toMatch(/sallyport_holds_waiting [1-9]/)
  expect(text).toMatch(/sallyport_log_entries [1-9]/)
  expect(text).not.toMatch(/invoice-bot|ines|customers/)
})

test('events tell ids and states to those who may see them', async () => {
  const listen = new AbortController()
  const open = async (token: string) => {
    const stream = await fetch(`${shop.url}/v1/events`, {
      headers: { authorization: `Bearer ${token}` },
      signal: listen.signal,
    })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    if (stream.body === null) throw new Error('no stream')
    return stream.body.pipeThrough(new TextDecoderStream()).getReader()
  }
  const ivo = await open(await shop.token('ivo'))
  const lena = await open(await shop.token('lena'))
  const { id } = (await shop.hold({ message: 'told' })).action
  const grant = (
    await shop.hold({
      message: 'told too',
      described: describedByMethod({ method: 'PUT', path: '/roles/1' }),
    })
  ).action.id
  expect(await until(ivo, grant)).toContain(`{"action":"${id}","state":"waiting","version":1}`)
  expect(await until(lena, grant)).not.toContain(id)
  listen.abort()
})

async function until(reader: ReadableStreamDefaultReader<string>, word: string): Promise<string> {
  let text = ''
  while (!text.includes(word)) text += (await reader.read()).value ?? ''
  return text
}

async function contract(): Promise<Document> {
  return (await (await fetch(`${shop.url}/v1/openapi.json`)).json()) as Document
}

function call(token: string, method: string, path: string, body?: unknown): Promise<Response> {
  const authorization = `Bearer ${token}`
  if (body === undefined) return fetch(shop.url + path, { method, headers: { authorization } })
  const headers = { authorization, 'content-type': 'application/json' }
  return fetch(shop.url + path, { method, headers, body: JSON.stringify(body) })
}
