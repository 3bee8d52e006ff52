import type { Life } from '@sallyport/core/lifecycle/life'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { rawClient } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const POLICIES = `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("deletes") @hold("reviewers") @within("10m") @because("deleting takes a reviewer")
permit (principal, action == Action::"delete", resource);
`
const ROUTES = `
      - { route: 'POST /rpc', speaks: json-rpc }
      - { route: 'POST /graphql', speaks: graphql }`
const OPERATIONS = `
    operations:
      list: { effects: [read], datasets: [orders] }
      remove: { effects: [delete], datasets: [orders] }
      query orders: { effects: [read], datasets: [orders] }
      query purge: { effects: [delete], datasets: [orders] }`

let target: RecordingUpstream
let house: HttpHouse
beforeEach(async () => {
  target = await recordingUpstream((_, socket) => void socket.write(answer('done')))
  house = await openHttpHouse({ target: target.url, actions: POLICIES, routes: ROUTES, resource: OPERATIONS })
})
afterEach(async () => {
  await house.close()
  await target.close()
})

function post(path: string, body: object): Promise<Response> {
  const headers = house.headers({ 'content-type': 'application/json' })
  return fetch(`${house.url}/crm${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const call = (id: number, method: string): object => ({ jsonrpc: '2.0', id, method })

/** Whole requests, each with something that passes and something that does not. */
const MIXED: readonly (readonly [string, string, object])[] = [
  ['a batch of calls', '/rpc', [call(1, 'list'), call(2, 'remove'), call(3, 'list')]],
  ['the fields of a query', '/graphql', { query: '{ orders { id } purge }' }],
]

describe('nothing is half done', () => {
  test.each(MIXED)(
    claim('G9', 'http', '%s: where a person says no to one of them, none of them went'),
    async (_, path, body) => {
      const asking = post(path, body)
      const [life] = await house.waiting(1)
      expect(life?.action.effects).toEqual(['read', 'delete'])
      await house.decide(life as Life, 'deny')
      expect((await asking).status).toBe(403)
      expect(target.connections()).toBe(0)
    },
  )

  test.each([
    ['a batch with a call that nobody knows', '/rpc', [call(1, 'list'), call(2, 'shell')]],
    [
      'a query beside a mutation that may not be',
      '/graphql',
      [{ query: '{ orders }' }, { query: 'mutation { pay }' }],
    ],
  ] as const)(claim('G9', 'http', '%s: policy says no to all of it'), async (_, path, body) => {
    const refused = await post(path, body)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      code: expect.stringMatching(/not-permitted|not-understood/),
    })
    expect(target.connections()).toBe(0)
  })
})

test(
  claim(
    'G9',
    'http',
    'a refusal leaves the connection as a server would: what follows on it is answered, in order',
  ),
  async () => {
    const client = rawClient(house.port)
    const request = (line: string, body = ''): string =>
      `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    client.send(request('GET /crm/first'))
    client.send(request('POST /crm/second', 'a body that nobody wants'))
    client.send(request('GET /crm/third'))
    const received = await client.until((bytes) => (bytes.match(/HTTP\/1.1 \d{3}/g) ?? []).length === 3)
    expect(received.match(/HTTP\/1.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200'])
    expect(target.requests().map((head) => head.split(' ', 2).join(' '))).toEqual([
      'GET /first',
      'GET /third',
    ])
    client.socket.destroy()
  },
)
