import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfiguration } from '@sallyport/gateway/config/load'
import { operatorTokenFile } from '@sallyport/gateway/identity/operator'
import { openGateway } from '@sallyport/gateway/open'
import { type Curl, curl } from './curl.ts'
import { openOrigin } from './origin.ts'

/**
 * A gateway as an operator has it: real store, doors and console on free ports, the policies that come with it, and a target
 * that counts. `night` is ada's agent; ben and cyd review, and so does ada, but never what her agent asks.
 */
export interface House {
  readonly consoleUrl: string
  /** What reached the target, each as method, path and query. */
  readonly arrived: readonly string[]
  /** A sign-in link of this person. */
  link(person: string): Promise<string>
  /** The agent's curl, at the HTTP door: `crm`, or `brief`, which waits for people a second only. */
  agent(resource: 'crm' | 'brief', path: string, ...options: readonly string[]): Curl
  /** The agent's curl at the API; `path` may be a whole address that the gateway gave. */
  api(path: string, ...options: readonly string[]): Curl
  /** Ends every curl that still runs. */
  interrupt(): void
  close(): Promise<void>
}

const STARTER = join(import.meta.dirname, '../../packages/cli/starter/policies')
const SECRET = 'the-secret-of-the-target'

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-system-'))
  const origin = await openOrigin(`Bearer ${SECRET}`)
  const opening = await openGateway({
    configuration: configurationIn(folder, origin.url),
    version: '0.0.0',
    variable: (name) => (name === 'CRM' ? SECRET : undefined),
    write: () => undefined,
  })
  if (opening.kind === 'rejected') throw new Error(JSON.stringify(opening.problems))
  const { gateway } = opening
  const { consoleUrl, httpUrl } = gateway
  const operator = operatorOf(consoleUrl, join(folder, 'data'))
  const { key } = await operator('/v1/agents', { name: 'night', owner: 'ada', groups: [] })
  const running = new Set<Curl>()
  const asAgent = (...options: readonly string[]): Curl => {
    const one = curl('--header', `Authorization: Bearer ${key}`, ...options)
    running.add(one)
    void one.answer.finally(() => running.delete(one))
    return one
  }
  return {
    consoleUrl,
    arrived: origin.arrived,
    link: async (person) => (await operator('/v1/sign-in-links', { person }))['url'] ?? '',
    agent: (resource, path, ...options) => asAgent(...options, `${httpUrl}/${resource}${path}`),
    api: (path, ...options) => asAgent(...options, new URL(path, consoleUrl).href),
    interrupt() {
      for (const one of running) one.interrupt()
    },
    async close() {
      await gateway.close(0)
      await origin.close()
      rmSync(folder, { recursive: true })
    },
  }
}

type Operator = (path: string, body: unknown) => Promise<Readonly<Record<string, string>>>

function operatorOf(consoleUrl: string, dataFolder: string): Operator {
  const token = readFileSync(operatorTokenFile(dataFolder), 'utf8').trim()
  return async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(consoleUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (answer.status !== 201) throw new Error(await answer.text())
    return (await answer.json()) as Record<string, string>
  }
}

function configurationIn(folder: string, target: string) {
  const credential = '{ header: Authorization, format: "Bearer {}", secret: "env:CRM" }'
  const common = `kind: http, environment: prod, address: "${target}", credential: ${credential}`
  const yaml = `
listen: { console: "127.0.0.1:0", http: "127.0.0.1:0" }
data: ./data
policies: ${STARTER}
environments: [{ id: prod }]
groups: [{ id: reviewers }, { id: operators }]
people:
  - { id: ada, name: Ada Park, groups: [reviewers] }
  - { id: ben, name: Ben Ruiz, groups: [reviewers] }
  - { id: cyd, name: Cyd Lau, groups: [reviewers] }
resources:
  - { id: crm, ${common}, routes: [{ route: "GET /exports/{name}", effects: [export] }, { route: "POST /waived/{id}" }] }
  - { id: brief, ${common}, liveWait: 1s }
changes: unguarded
`
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(join(folder, 'sallyport.yaml'), yaml, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  return loading.configuration
}
