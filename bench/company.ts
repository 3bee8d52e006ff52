import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { operatorTokenFile } from '@sallyport/gateway/identity/operator'
import { GROUPS, policySets } from './policies.ts'
import { type Running, start } from './running.ts'

const BIN = join(import.meta.dirname, '../packages/cli/bin/sallyport.js')

/** The resource that the load goes to, and the one whose deletes wait for people. */
export const SHOP = 'shop'
export const VAULT = 'vault'
/** Reviews, and is nobody in the chain of an agent. */
export const REVIEWER = 'rita'

/** Writes what an operator would have written, and gives the file. */
export function writeConfiguration(
  folder: string,
  targets: { readonly shop: string; readonly vault: string },
): string {
  for (const [set, text] of Object.entries(policySets())) {
    mkdirSync(join(folder, 'policies', set), { recursive: true })
    writeFileSync(join(folder, 'policies', set, 'all.cedar'), text)
  }
  const file = join(folder, 'sallyport.yaml')
  writeFileSync(
    file,
    `
listen: { console: "127.0.0.1:0", http: "127.0.0.1:0" }
data: ./data
environments: [{ id: company }, { id: prod, in: company }]
groups: [${GROUPS.map((id) => `{ id: ${id} }`).join(', ')}]
people:
  - { id: olga, name: Olga, groups: [reviewers] }
  - { id: ${REVIEWER}, name: Rita, groups: [reviewers] }
resources:
  - id: ${SHOP}
    kind: http
    environment: prod
    address: "${targets.shop}"
    routes:
      - { route: 'GET /orders/{id}', datasets: [orders] }
      - { route: 'POST /orders/{id}', datasets: [orders] }
  - id: ${VAULT}
    kind: http
    environment: prod
    address: "${targets.vault}"
    routes: [{ route: 'DELETE /orders/{id}', datasets: [orders] }]
changes: unguarded
`,
  )
  return file
}

/** `sallyport serve` in a process of its own, and what its operator can ask of it. */
export interface Company {
  readonly gateway: Running
  readonly consoleUrl: string
  agent(name: string): Promise<string>
  signInLink(person: string): Promise<string>
}

export async function openCompany(
  file: string,
  dataFolder: string,
  options: readonly string[],
): Promise<Company> {
  let consoleUrl = ''
  const gateway = await start([...options, BIN, 'serve', '--config', file, '--json'], (said) => {
    consoleUrl = String(said['consoleUrl'])
    return said['httpUrl']
  })
  const token = readFileSync(operatorTokenFile(dataFolder), 'utf8').trim()
  const operator = async (path: string, body: object): Promise<Readonly<Record<string, string>>> => {
    const answer = await fetch(consoleUrl + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (answer.status !== 201) throw new Error(`the operator was told: ${await answer.text()}`)
    return (await answer.json()) as Record<string, string>
  }
  return {
    gateway,
    consoleUrl,
    agent: async (name) =>
      (await operator('/v1/agents', { name, owner: 'olga', groups: ['agents'] }))['key'] ?? '',
    signInLink: async (person) => (await operator('/v1/sign-in-links', { person }))['url'] ?? '',
  }
}
