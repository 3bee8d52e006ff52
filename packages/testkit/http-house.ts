import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDrawn } from '@sallyport/core/action/ids'
import { cardDigest } from '@sallyport/core/card/card'
import { basisOf } from '@sallyport/core/card/make-card'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import { readConfiguration } from '@sallyport/gateway/config/load'
import { type Listening, openHttpDoor } from '@sallyport/gateway/doors/http/door'
import { WAITS, type Waits } from '@sallyport/gateway/doors/http/limits'
import type { HttpDoorParts } from '@sallyport/gateway/doors/http/parts'
import type { Certificate } from '@sallyport/gateway/doors/http/server'
import { clock, type Inside, openInside } from '@sallyport/gateway/inside'
import { sha256 } from '@sallyport/gateway/keys/sha256'
import { named } from './identity.ts'

/**
 * The HTTP door in front of a whole gateway: real store, identity, policy, guard and inner door, on a real port. `bot` is
 * olga's agent, and rita reviews. Reading passes; deleting waits for a reviewer; exporting waits for one, a minute at most;
 * nothing permits writing.
 */
export interface HttpHouse {
  readonly url: string
  readonly port: number
  readonly inside: Inside
  readonly door: Listening
  readonly key: string
  /** What was logged. */
  readonly log: readonly string[]
  /** The headers of a request by the agent, over those given. */
  headers(more?: Readonly<Record<string, string>>): Record<string, string>
  /** The actions that wait for people, once there are so many. */
  waiting(count: number): Promise<readonly Life[]>
  /** The action once it is in this state. */
  reaches(id: string | null, state: Life['state']): Promise<Life>
  decide(life: Life, says: 'approve' | 'deny', by?: string): Promise<Life | Refusal>
  close(): Promise<void>
}

export interface HttpHouseSettings {
  readonly target: string
  /** Lines of the resource `crm`. */
  readonly resource?: string
  readonly door?: Partial<HttpDoorParts>
  /** Rows of the routes of `crm`, after the two that it has. */
  readonly routes?: string
  /** Instead of the policies on actions that the house has. */
  readonly actions?: string
  /** With one it speaks TLS, HTTP/2 and HTTP/1.1. */
  readonly certificate?: Certificate
  /** How long the door waits, if not as in service. */
  readonly waits?: Partial<Waits>
  /** The secret that `env:CRM_SECRET` names. */
  readonly secret?: string
}

const POLICIES = {
  actions: `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("deletes") @hold("reviewers") @within("10m") @because("deleting takes a reviewer")
permit (principal, action == Action::"delete", resource);
@id("exports") @hold("reviewers") @within("1m") @because("data leaves")
permit (principal, action == Action::"export", resource);
`,
  people: '@id("reviewers")\npermit (principal in Group::"reviewers", action == Action::"decide", resource);',
  admin: '@id("operators")\npermit (principal in Group::"reviewers", action == Action::"operate", resource);',
}

export async function openHttpHouse(settings: HttpHouseSettings): Promise<HttpHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-http-'))
  const closing: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true })]
  const log: string[] = []
  const inside = await openInside({
    configuration: configurationIn(folder, settings),
    variable: (name) => (name === 'CRM_SECRET' ? settings.secret : undefined),
    log: (event) => void log.push(event),
    onClose: (close) => void closing.push(close),
  })
  if (inside.kind === 'rejected') throw new Error(JSON.stringify(inside.problems))
  const created = await inside.identity.createAgent(
    named('agent', 'bot'),
    named('person', 'olga'),
    [],
    'operator',
  )
  if ('code' in created) throw new Error(created.detail)
  const door = await openHttpDoor(
    {
      guard: inside.guard,
      prove: async (key, { session }) => {
        const caller = await inside.identity.caller(key)
        if ('code' in caller) return caller
        return {
          kind: 'proved',
          caller,
          session: inside.identity.sessionOf(caller, session ?? null, clock()),
        }
      },
      resources: (id) => inside.resources.configured(id),
      hosts: [],
      consoleUrl: 'http://localhost:7070',
      log: (event) => void log.push(event),
      ...settings.door,
    },
    { host: '127.0.0.1', port: 0, certificate: settings.certificate ?? null },
    { ...WAITS, ...settings.waits },
  )
  closing.push(() => door.drain(0))
  const close = async () => {
    for (const one of closing.toReversed()) await one()
  }
  const { port } = door
  const scheme = settings.certificate === undefined ? 'http' : 'https'
  const base = { url: `${scheme}://127.0.0.1:${port}`, port, inside, door, key: created.key, log, close }
  return { ...base, ...handsOn(inside, created.key) }
}

function handsOn(inside: Inside, key: string): Pick<HttpHouse, 'headers' | 'waiting' | 'reaches' | 'decide'> {
  return {
    headers: (more = {}) => ({ authorization: `Bearer ${key}`, ...more }),

    async waiting(count) {
      for (;;) {
        const open = await inside.store.read('open', { limit: 1_000 })
        const lives = open.filter(({ state }) => state === 'waiting')
        if (lives.length >= count) return lives
        await nextChange(inside)
      }
    },

    async reaches(text, state) {
      const id = parseDrawn('act', text ?? '')
      if (id === undefined) throw new Error(`\`${text}\` names no action`)
      for (;;) {
        const life = await inside.store.read('life', { id })
        if (life?.state === state) return life
        await nextChange(inside)
      }
    },

    decide(life, says, by = 'rita') {
      const { directory } = inside.identity.directory()
      const word = {
        by: named('person', by),
        proof: { kind: 'sign-in', session: 'a browser', madeBy: null },
        saw: cardDigest({ basis: basisOf(life, directory) }, sha256),
      } as const
      return inside.desk.decide(
        life.action.id,
        says === 'approve'
          ? { ...word, says, scope: { kind: 'once' } }
          : { ...word, says, scope: { kind: 'call' } },
      )
    },
  }
}

/** The next commit, or soon: one may have been between the look and the listening. */
function nextChange(inside: Inside): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unlisten()
      clearTimeout(soon)
      resolve()
    }
    const unlisten = inside.store.onLives(done)
    const soon = setTimeout(done, 20)
  })
}

function configurationIn(
  folder: string,
  { target, resource = '', routes = '', actions = POLICIES.actions }: HttpHouseSettings,
) {
  for (const [set, text] of Object.entries({ ...POLICIES, actions })) {
    mkdirSync(join(folder, 'policies', set), { recursive: true })
    writeFileSync(join(folder, 'policies', set, 'all.cedar'), text)
  }
  const yaml = `
data: ./data
groups: [{ id: reviewers }]
people:
  - { id: olga, name: Olga, groups: [reviewers] }
  - { id: rita, name: Rita, groups: [reviewers] }
environments: [{ id: prod }]
resources:
  - id: crm
    kind: http
    environment: prod
    address: "${target}"
    routes:
      - { route: 'GET /exports/{name}', effects: [export], datasets: [customers] }
      - { route: 'DELETE /orders/{id}', datasets: [orders] }
${routes}
${resource}
changes: unguarded
`
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(join(folder, 'sallyport.yaml'), yaml, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  return loading.configuration
}
