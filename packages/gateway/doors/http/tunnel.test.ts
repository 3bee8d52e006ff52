import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { safe } from '@sallyport/core/redact/redacted'
import { certificate } from '@sallyport/testkit/certificate'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, type HttpHouseSettings, openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { opened, refusedBy, said, type WebSocketTarget, webSocketTarget } from '@sallyport/testkit/websocket'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket as WsClient } from 'ws'
import { TUNNELS_OF_ONE_LIMIT } from './limits.ts'

const HELD = `
@id("tunnels") @hold("reviewers") @within("10m") @because("anything can be said")
permit (principal, action == Action::"execute", resource);
`
const ALLOWED = `
@id("tunnels") @because("this one is known")
permit (principal, action == Action::"execute", resource) when { context.labels.contains("tunnel") };
`

let target: WebSocketTarget
let house: HttpHouse

async function open(
  settings: Partial<HttpHouseSettings> = {},
  onOpen?: Parameters<typeof webSocketTarget>[0],
): Promise<void> {
  target = await webSocketTarget(onOpen)
  house = await openHttpHouse({ target: target.url, actions: ALLOWED, ...settings })
}
afterEach(async () => {
  vi.restoreAllMocks()
  await house.close()
  await target.close()
})

function wsUrl(path = '/crm/live'): string {
  return `${house.url.replace('http', 'ws')}${path}`
}

/** The client that Node itself brings. */
function nodeClient(path?: string, protocols: string[] = []): WebSocket {
  const init = { headers: house.headers(), protocols }
  return new WebSocket(wsUrl(path), init)
}

function wsClient(headers: Record<string, string> = {}, ca = ''): WsClient {
  const client = new WsClient(wsUrl(), ['v1', 'v2'], { headers: house.headers(headers), ca })
  client.on('error', () => undefined)
  return client
}

async function theWaiting() {
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  return life
}

describe('a held tunnel', () => {
  beforeEach(() => open({ actions: HELD, resource: '    liveWait: 20s' }))

  test(claim('G1', 'http', 'opens nothing until a reviewer says yes, and then once'), async () => {
    const client = nodeClient()
    const opened = once(client, 'open')
    const life = await theWaiting()
    expect(life.action).toMatchObject({
      effects: ['execute'],
      facts: { labels: ['tunnel'], operation: 'GET /live' },
      says: 'Opens a tunnel through which anything can be said: GET /live on crm.',
    })
    expect(target.handshakes()).toHaveLength(0)
    await house.decide(life, 'approve')
    await opened
    client.send('hello')
    const [{ data }] = (await once(client, 'message')) as [MessageEvent]
    expect(data).toBe('hello')
    client.close(1000)
    const [closed] = (await once(client, 'close')) as [CloseEvent]
    expect(closed).toMatchObject({ wasClean: true, code: 1000 })
    await house.reaches(life.action.id, 'succeeded')
    expect(target.handshakes()).toHaveLength(1)
  })

  test('is refused like any request when a reviewer says no', async () => {
    const asking = refusedBy(wsClient())
    await house.decide(await theWaiting(), 'deny')
    const { status, body, head } = await asking
    expect(status).toBe(403)
    expect(head.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(body)).toMatchObject({ code: 'denied' })
    expect(target.handshakes()).toHaveLength(0)
  })

  test(
    claim('G6', 'http', 'is withdrawn when its client goes, and a late yes finds nothing to open'),
    async () => {
      const client = wsClient()
      const life = await theWaiting()
      client.terminate()
      const withdrawn = await house.reaches(life.action.id, 'withdrawn')
      expect(await house.decide(withdrawn, 'approve')).toHaveProperty('code')
      expect(target.handshakes()).toHaveLength(0)
    },
  )

  test(
    claim('G6', 'http', 'is claimable past the live limit, whatever key its next handshake has'),
    async () => {
      await house.close()
      await target.close()
      await open({ actions: HELD, resource: '    liveWait: 1s' })
      expect(JSON.parse((await refusedBy(wsClient())).body)).toMatchObject({ code: 'held' })
      const life = await theWaiting()
      await house.decide(life, 'approve')
      expect(target.handshakes()).toHaveLength(0)
      const client = wsClient()
      await once(client, 'open')
      expect((await house.reaches(life.action.id, 'dispatched')).action.id).toBe(life.action.id)
      client.close()
      await house.reaches(life.action.id, 'succeeded')
    },
  )

  test('is not turned into a handle, since nobody could take it up', async () => {
    const { status, body } = await refusedBy(wsClient({ Prefer: 'respond-async' }))
    expect({ status, ...(JSON.parse(body) as object) }).toMatchObject({ status: 400, code: 'malformed' })
    expect(await house.inside.store.read('open', { limit: 10 })).toEqual([])
  })
})

test('a tunnel cannot be asked for by the API, where nobody would be on the line', async () => {
  await open()
  const resource = named('resource', 'crm')
  const asked = { resource, method: 'GET', path: '/live', headers: { UPGRADE: 'websocket' } }
  expect(house.inside.resources.describe(asked)).toMatchObject({ code: 'malformed' })
})

describe('an open tunnel', () => {
  test('carries both ways what two unmodified clients say, without the compression that they offer', async () => {
    await open()
    const [one, other] = [nodeClient('/crm/live', ['v1', 'v2']), wsClient()]
    await Promise.all([once(one, 'open'), once(other, 'open')])
    const heard = Promise.all([once(one, 'message'), said(other)])
    const large = 'ä'.repeat(100_000)
    one.send('from node')
    other.send(large)
    const [[first], second] = (await heard) as [[MessageEvent], string]
    expect(first.data).toBe('from node')
    expect(second).toBe(large)
    expect([one.protocol, other.protocol]).toEqual(['v1', 'v1'])
    expect([one.extensions, other.extensions]).toEqual(['', ''])
    for (const { headers } of target.handshakes()) expect(headers['sec-websocket-extensions']).toBeUndefined()
    other.close()
    one.close()
    await Promise.all([once(one, 'close'), once(other, 'close')])
  })

  test('goes over TLS as well, beside the HTTP/2 of other clients', async () => {
    const own = certificate()
    await open({ certificate: own })
    const client = wsClient({}, own.certificate)
    await once(client, 'open')
    client.send('hello')
    expect(await said(client)).toBe('hello')
    client.close()
    await once(client, 'close')
  })

  test(claim('L1', 'http', 'stands in the record before the target hears of it'), async () => {
    await open()
    const { store } = house.inside
    const move = store.move.bind(store)
    let commit = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      commit = resolve
    })
    const asked = new Promise<void>((resolve) => {
      vi.spyOn(store, 'move').mockImplementation(async (change) => {
        resolve()
        await gate
        return move(change)
      })
    })
    const client = wsClient()
    await asked
    for (let i = 0; i < 5; i++) await soon()
    expect(target.handshakes()).toHaveLength(0)
    commit()
    await once(client, 'open')
    client.terminate()
  })

  test(
    claim('L1', 'http', 'is settled with what went both ways: its length, and a digest under its nonce'),
    async () => {
      let id = ''
      await open()
      const client = wsClient()
      const sent: Buffer[] = []
      client.on('upgrade', (head: IncomingMessage) => {
        id = String(head.headers['sallyport-action'])
        // What leaves is masked, so that only the socket knows it.
        const write = head.socket.write.bind(head.socket)
        Object.assign(head.socket, {
          write: (bytes: Buffer, ...rest: []) => {
            sent.push(Buffer.from(bytes))
            return write(bytes, ...rest)
          },
        })
      })
      await once(client, 'open')
      client.send('hello')
      expect(await said(client)).toBe('hello')
      client.close(1000)
      const { action, ended } = await house.reaches(id, 'succeeded')
      const kept = await house.inside.store.read('kept', { action: action.id })
      const digest = createHash('sha256')
        .update(kept?.nonce ?? '')
        .update(Buffer.concat(sent))
        .digest('hex')
      // `hello` in a frame, and the frame that closes: their heads have two bytes down, and six up.
      expect(ended?.answer).toEqual({ status: 101, bytes: 2 + 5 + 2 + 2 })
      const leaves = await house.inside.store.read('leaves', { action: action.id })
      const texts = leaves.map(({ entry }) => Buffer.from(entry).toString())
      expect(texts.at(-1)).toContain(`"body":{"bytes":${6 + 5 + 6 + 2},"digest":"${digest}"}`)
    },
  )

  test('ends for the target when its client vanishes, and nobody knows what came of it', async () => {
    let left: Promise<unknown> = Promise.resolve()
    await open({}, (socket) => {
      left = once(socket, 'close')
    })
    const client = wsClient()
    const action = await opened(client)
    client.terminate()
    await left
    await house.reaches(action, 'unknown')
  })

  test('ends for the client when the target vanishes, and not as if it had ended well', async () => {
    await open({}, (socket) => socket.on('message', () => socket.terminate()))
    const client = wsClient()
    const action = await opened(client)
    client.send('go')
    expect((await once(client, 'close'))[0]).toBe(1006)
    await house.reaches(action, 'unknown')
  })

  test.each([
    ['its agent', 'agent', 'bot'],
    ['its resource', 'resource', 'crm'],
    ['everything', 'everything', '*'],
  ] as const)(
    claim('G10', 'http', 'is cut at once by a freeze of %s, on both sides'),
    async (_, scope, name) => {
      let left: Promise<unknown> = Promise.resolve()
      await open({}, (socket) => {
        left = once(socket, 'close')
      })
      const client = wsClient()
      await once(client, 'open')
      const gone = once(client, 'close')
      const by = named('person', 'rita')
      await house.inside.desk.freeze({ scope, name, by, reason: safe`it misbehaves` })
      expect((await gone)[0]).toBe(1006)
      await left
      expect((await refusedBy(wsClient())).status).toBe(423)
    },
  )

  test('is cut when the key of its agent ends', async () => {
    await open()
    const client = wsClient()
    await once(client, 'open')
    await house.inside.identity.rotateKey(named('agent', 'bot'), 'operator')
    expect((await once(client, 'close'))[0]).toBe(1006)
  })

  test('is cut when the door drains and its grace is over', async () => {
    await open()
    const client = wsClient()
    await once(client, 'open')
    const gone = once(client, 'close')
    await house.door.drain(50)
    expect((await gone)[0]).toBe(1006)
  })

  test('leaves room for others: one agent has only so many', async () => {
    await open()
    const clients = Array.from({ length: TUNNELS_OF_ONE_LIMIT }, () => wsClient())
    await Promise.all(clients.map((client) => once(client, 'open')))
    const { status, body } = await refusedBy(wsClient())
    expect({ status, code: (JSON.parse(body) as { code: string }).code }).toEqual({
      status: 429,
      code: 'rate-limited',
    })
    const [first] = clients
    first?.close()
    if (first !== undefined) await once(first, 'close')
    await until(() => target.open() === TUNNELS_OF_ONE_LIMIT - 1)
    for (;;) {
      const next = wsClient()
      const came = await Promise.race([
        once(next, 'open').then(() => true),
        refusedBy(next).then(() => false),
      ])
      if (came) break
    }
    for (const client of clients) client.terminate()
  })

  test('stops reading from a target whose client takes nothing', async () => {
    let waiting = (): number => 0
    await open({}, (socket) => {
      waiting = () => socket.bufferedAmount
      socket.send(Buffer.alloc(32 * 1024 * 1024))
    })
    const client = wsClient()
    await once(client, 'open')
    client.pause()
    await settles(waiting)
    expect(waiting()).toBeGreaterThan(8 * 1024 * 1024)
    const all = once(client, 'message')
    client.resume()
    expect(((await all)[0] as Buffer).length).toBe(32 * 1024 * 1024)
    client.terminate()
  })
})

describe('the credential of the target', () => {
  const CREDENTIAL = "    credential: { header: x-api-key, format: '{}', secret: env:CRM_SECRET }"
  const SECRET = 'target-secret-0815'

  test(
    claim('G8', 'http', 'comes through no tunnel, whole or in fragments, and lengths stay as they were'),
    async () => {
      await open({ resource: CREDENTIAL, secret: SECRET }, (socket, { headers }) => {
        const key = String(headers['x-api-key'])
        socket.send(`<${key}>`)
        for (const [at, character] of key.split('').entries())
          socket.send(character, { fin: at === key.length - 1 })
        socket.send(Buffer.from(btoa(key)))
        socket.close(1000, key)
      })
      const heard: string[] = []
      const client = wsClient()
      client.on('message', (data: Buffer) => heard.push(data.toString()))
      const [code, reason] = (await once(client, 'close')) as [number, Buffer]
      expect(target.handshakes()[0]?.headers['x-api-key']).toBe(SECRET)
      const stars = '*'.repeat(SECRET.length)
      expect(heard).toEqual([`<${stars}>`, stars, '*'.repeat(btoa(SECRET).length)])
      expect([code, reason.toString()]).toEqual([1000, stars])
    },
  )

  test('holds nothing back at the end of a message, though it may be how the credential begins', async () => {
    await open({ resource: CREDENTIAL, secret: SECRET })
    const client = wsClient()
    await once(client, 'open')
    client.send('yes, target-s')
    expect(await said(client)).toBe('yes, target-s')
    client.terminate()
  })
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await soon()
}

/** When a figure has not moved for a while. */
async function settles(figure: () => number): Promise<void> {
  let last = -1
  let still = 0
  while (still < 10) {
    still = figure() === last ? still + 1 : 0
    last = figure()
    await soon()
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 20)
  })
}
