import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from '../../config/load.ts'
import { operatorTokenFile } from '../../identity/operator.ts'
import { type Gateway, openGateway } from '../../open.ts'

/** A service with the example of docs/identity.md in it, behind a whole gateway. Only the gateway's address is another. */
type WhoAsks = (request: Pick<IncomingMessage, 'headers'>) => Promise<unknown>

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url))

let folder: string
let service: Server
let gateway: Gateway
let whoAsks: WhoAsks
const seen: IncomingMessage['headers'][] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-verified-'))
  service = createServer((request, response) => {
    seen.push(request.headers)
    whoAsks(request).then(
      (who) => response.end(JSON.stringify(who)),
      () => response.writeHead(401).end(),
    )
  })
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve)
  })
  gateway = await gatewayBefore((service.address() as AddressInfo).port)
  whoAsks = await exampleFor(gateway.consoleUrl)
})

afterAll(async () => {
  await gateway.close(0)
  service.closeAllConnections()
  service.close()
  rmSync(folder, { recursive: true })
})

test('the example of docs/identity.md knows who asks, by the keys that the gateway publishes', async () => {
  const answer = await fetch(`${gateway.httpUrl}/billing/a`, {
    headers: { authorization: `Bearer ${await keyOf('bot')}` },
  })
  const action = answer.headers.get('sallyport-action')
  expect(action).toMatch(/^act_/)
  expect(await answer.json()).toEqual({ asks: 'bot', answers: 'olga', action })
})

test('and lets nobody in without a token, with one for another target, or with a changed one', async () => {
  const [headers = {}] = seen
  const token = String(headers['sallyport-identity'])
  await expect(whoAsks({ headers })).resolves.toMatchObject({ asks: 'bot' })
  const elsewhere = await fetch(`${gateway.httpUrl}/copy/a`, {
    headers: { authorization: `Bearer ${await keyOf('other-bot')}` },
  })
  expect(elsewhere.status).toBe(401)
  expect(seen.at(-1)).toHaveProperty('sallyport-identity')
  await expect(whoAsks({ headers: {} })).rejects.toThrow('Invalid Compact JWS')
  await expect(
    whoAsks({ headers: { 'sallyport-identity': token.replace(/\.[^.]*\./, '.e30.') } }),
  ).rejects.toThrow('signature verification failed')
})

async function gatewayBefore(port: number): Promise<Gateway> {
  for (const set of ['actions', 'people', 'admin'])
    mkdirSync(join(folder, 'policies', set), { recursive: true })
  const policy = '@id("reads") permit (principal, action == Action::"read", resource);'
  writeFileSync(join(folder, 'policies/actions/all.cedar'), policy)
  const target = (id: string): string =>
    `- { id: ${id}, kind: http, environment: prod, address: "http://127.0.0.1:${port}", identity: signed }`
  const yaml = `
data: ./data
listen: { console: "127.0.0.1:0", http: "127.0.0.1:0" }
people: [{ id: olga, name: Olga }]
environments: [{ id: prod }]
resources:
  ${target('billing')}
  ${target('copy')}
changes: unguarded
`
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(join(folder, 'sallyport.yaml'), yaml, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  const { configuration } = loading
  const given = { version: '0', variable: () => undefined, write: () => undefined }
  const opening = await openGateway({ configuration, ...given })
  if (opening.kind === 'rejected') throw new Error(JSON.stringify(opening.problems))
  return opening.gateway
}

async function keyOf(agent: string): Promise<string> {
  const operator = readFileSync(operatorTokenFile(join(folder, 'data')), 'utf8').trim()
  const made = await fetch(`${gateway.consoleUrl}/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: agent, owner: 'olga' }),
  })
  return ((await made.json()) as { key: string }).key
}

async function exampleFor(gatewayUrl: string): Promise<WhoAsks> {
  const page = readFileSync(join(REPOSITORY, 'docs/identity.md'), 'utf8')
  const [, example = ''] = /```js\n([^]*?)```/.exec(page) ?? []
  const file = join(folder, 'example.mjs')
  writeFileSync(file, example.replace('https://sallyport.example.com', gatewayUrl))
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  const module = (await import(pathToFileURL(file).href)) as { readonly whoAsks: WhoAsks }
  return module.whoAsks
}
