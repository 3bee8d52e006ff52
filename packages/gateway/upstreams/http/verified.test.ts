import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from '../../config/load.ts'
import { operatorTokenFile } from '../../identity/operator.ts'
import { type Gateway, openGateway } from '../../open.ts'

/** Somebody's service, in a process of its own, with the example of docs/identity.md in it. It also shows what it was sent. */
const SERVICE = `
import { createServer } from 'node:http'
const server = createServer(async (request, response) => {
  const { whoAsks } = await import('./example.js')
  const who = await whoAsks(request).catch(({ code }) => response.writeHead(401) && { refused: code })
  response.end(JSON.stringify({ who, token: request.headers['sallyport-identity'] }))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

interface Seen {
  readonly who: unknown
  readonly token?: string
}

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url))

let folder: string
let service: ChildProcess
let serviceUrl: string
let gateway: Gateway
let key: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-verified-'))
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'service.js'), SERVICE)
  const child = spawn(process.execPath, ['service.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  service = child
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  serviceUrl = `http://127.0.0.1:${port.toString().trim()}`
  gateway = await gatewayBefore(serviceUrl)
  writeExample()
  key = await agentKey()
})

afterAll(async () => {
  service.kill()
  await gateway.close(0)
  rmSync(folder, { recursive: true })
})

test('the example of docs/identity.md knows who asks, by the keys that the gateway publishes', async () => {
  const answer = await through('billing')
  const action = answer.headers.get('sallyport-action')
  expect(action).toMatch(/^act_/)
  expect(await answer.json()).toMatchObject({ who: { asks: 'bot', answers: 'olga', action } })
})

test('it refuses a token for another target', async () => {
  const answer = await through('copy')
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ who: { refused: 'ERR_JWT_CLAIM_VALIDATION_FAILED' } })
})

test('it refuses whoever comes around the gateway without a token, or with a changed one', async () => {
  const { token = '' } = (await (await through('billing')).json()) as Seen
  const around = async (headers: Record<string, string>) =>
    ((await (await fetch(serviceUrl, { headers })).json()) as Seen).who
  expect(await around({})).toEqual({ refused: 'ERR_JWS_INVALID' })
  expect(await around({ 'sallyport-identity': token.replace(/\.[^.]*\./, '.e30.') })).toEqual({
    refused: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  })
  // What docs/identity.md warns of: it is no credential.
  expect(await around({ 'sallyport-identity': token })).toMatchObject({ asks: 'bot' })
})

function through(resource: string): Promise<Response> {
  return fetch(`${gateway.httpUrl}/${resource}/a`, { headers: { authorization: `Bearer ${key}` } })
}

async function gatewayBefore(target: string): Promise<Gateway> {
  for (const set of ['actions', 'people', 'admin'])
    mkdirSync(join(folder, 'policies', set), { recursive: true })
  const policy = '@id("reads") permit (principal, action == Action::"read", resource);'
  writeFileSync(join(folder, 'policies/actions/all.cedar'), policy)
  const yaml = `
data: ./data
listen: { console: "127.0.0.1:0", http: "127.0.0.1:0" }
people: [{ id: olga, name: Olga }]
environments: [{ id: prod }]
resources:
  - { id: billing, kind: http, environment: prod, address: "${target}", identity: signed }
  - { id: copy, kind: http, environment: prod, address: "${target}", identity: signed }
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

/** Only the gateway's address is another than on the page. */
function writeExample(): void {
  const page = readFileSync(join(REPOSITORY, 'docs/identity.md'), 'utf8')
  const [, example = ''] = /```js\n([^]*?)```/.exec(page) ?? []
  writeFileSync(
    join(folder, 'example.js'),
    example.replace('https://sallyport.example.com', gateway.consoleUrl),
  )
}

async function agentKey(): Promise<string> {
  const operator = readFileSync(operatorTokenFile(join(folder, 'data')), 'utf8').trim()
  const made = await fetch(`${gateway.consoleUrl}/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bot', owner: 'olga' }),
  })
  return ((await made.json()) as { readonly key: string }).key
}
