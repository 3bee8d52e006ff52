import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operatorTokenFile } from '@sallyport/gateway/identity/operator'
import { type Death, type Mortal, startMortal } from './process.ts'
import { openTarget, type Target } from './target.ts'

/** What outlives every crash: the data folder, the target, the keys of the agents and the browsers of the reviewers. */
export interface House {
  readonly folder: string
  readonly target: Target
  gateway: Mortal
  readonly operatorToken: string
  readonly agents: readonly string[]
  readonly reviewers: readonly Reviewer[]
  close(): Promise<void>
}

export interface Reviewer {
  readonly person: string
  readonly cookie: string
  readonly pageKey: string
}

const AGENTS = ['anna', 'boris', 'carla'] as const
const REVIEWERS = ['rita', 'sam'] as const

const POLICIES = {
  actions: `
@id("reads") permit (principal, action == Action::"read", resource);
@id("writes") permit (principal, action == Action::"write", resource);
@id("deletes") @hold("reviewers") @within("10m") permit (principal, action == Action::"delete", resource);
@id("grants") @hold("reviewers") @approvals("2") @within("10m") permit (principal, action == Action::"grant", resource);
`,
  people: '@id("reviewers") permit (principal in Group::"reviewers", action == Action::"decide", resource);',
  admin: '@id("operators") permit (principal in Group::"operators", action == Action::"operate", resource);',
}

/** `orders` waits long enough for a reviewer; at `claims` the live limit comes at once. */
const yaml = (target: string) => `
listen: { console: "127.0.0.1:0", http: "127.0.0.1:0" }
data: ./data
groups: [{ id: reviewers }, { id: operators }]
people:
  - { id: olga, name: Olga, groups: [operators] }
  - { id: rita, name: Rita, groups: [reviewers] }
  - { id: sam, name: Sam, groups: [reviewers] }
environments: [{ id: prod }]
resources:
  - id: orders
    kind: http
    environment: prod
    address: "${target}"
    liveWait: 60s
    routes: [{ route: 'PUT /rights/{id}', effects: [grant] }]
  - id: claims
    kind: http
    environment: prod
    address: "${target}"
    liveWait: 1s
changes: unguarded
`

export async function openHouse(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'))
  const target = await openTarget()
  for (const [set, text] of Object.entries(POLICIES)) {
    mkdirSync(join(folder, 'policies', set), { recursive: true })
    writeFileSync(join(folder, 'policies', set, 'all.cedar'), text)
  }
  writeFileSync(join(folder, 'sallyport.yaml'), yaml(target.url))
  const gateway = mustServe(await startMortal(folder))
  const operatorToken = readFileSync(operatorTokenFile(join(folder, 'data')), 'utf8').trim()
  const operate = (path: string, body: unknown) => post(gateway.consoleUrl + path, operatorToken, body)
  const agents: string[] = []
  for (const name of AGENTS)
    agents.push((await operate('/v1/agents', { name, owner: 'olga', groups: [] }))['key'] ?? '')
  const reviewers: Reviewer[] = []
  for (const person of REVIEWERS)
    reviewers.push(await signedIn(person, (await operate('/v1/sign-in-links', { person }))['url'] ?? ''))
  const house: House = {
    folder,
    target,
    gateway,
    operatorToken,
    agents,
    reviewers,
    async close() {
      house.gateway.kill()
      await house.gateway.death
      await target.close()
      rmSync(folder, { recursive: true })
    },
  }
  return house
}

export function mustServe(started: Mortal | Death): Mortal {
  if ('death' in started) return started
  throw new Error(`the gateway does not start: ${started.said}`)
}

async function post(url: string, token: string, body: unknown): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Readonly<Record<string, string>>
}

/** As a browser does; the session lives in the store and so outlives the process. */
async function signedIn(person: string, link: string): Promise<Reviewer> {
  const { origin } = new URL(link)
  const entered = await fetch(link, { method: 'POST', headers: { origin }, redirect: 'manual' })
  const cookie = entered.headers.get('set-cookie')?.split(';')[0]
  const pageKey = /data-page-key="([^"]+)"/.exec(await entered.text())?.[1]
  if (cookie === undefined || pageKey === undefined) throw new Error(`${person} could not sign in`)
  return { person, cookie, pageKey }
}
