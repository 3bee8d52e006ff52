import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import type { Configuration, Listen } from '@sallyport/gateway/config/configuration'
import { dataFolder, type Surroundings } from '@sallyport/gateway/config/surroundings'
import { Trouble, usage } from '../line/trouble.ts'
import { configured } from '../local/configured.ts'
import { writeStarterPolicies } from '../local/starter.ts'

/** Where a demo lives between two starts, and everything that stands there. */
export interface World {
  readonly folder: string
  readonly file: string
  readonly configuration: Configuration
  readonly company: { readonly port: number; readonly credential: string }
}

export interface WorldFlags {
  readonly data: string | undefined
  readonly 'console-port': string | undefined
  readonly 'http-port': string | undefined
}

export const RESOURCE = 'crm'
export const AGENT = 'night-shift'
export const OWNER = 'olga'
export const REVIEWER = 'ines'

const CREDENTIAL_BYTES = 24
const COMPANY_PORT = 7090
const PORT_MAX = 65_535

/** The demo's folder: made once, and after that used as it is, with whatever its owner has changed there. */
export async function openWorld(flags: WorldFlags, around: Surroundings): Promise<World> {
  const folder =
    flags.data === undefined ? join(dataFolder({}, around, null), 'demo') : resolve(around.folder, flags.data)
  const file = join(folder, 'sallyport.yaml')
  const credentialFile = join(folder, 'company.credential')
  if (!existsSync(file)) await make(folder, file, credentialFile)
  // A variable or another file would have the demo run somebody's real configuration.
  const own = {
    ...around,
    variable: (name: string) => (name.startsWith('SALLYPORT_') ? undefined : around.variable(name)),
  }
  const { configuration } = await configured({ config: file, data: folder }, own)
  const address = configuration.resources.values().next().value?.address
  if (address === undefined)
    throw new Trouble(`\`${file}\` has no resource`, 'delete the folder: the next start makes it anew')
  return {
    folder,
    file,
    configuration: withPorts(configuration, flags),
    company: { port: Number(address.port), credential: readFileSync(credentialFile, 'utf8').trim() },
  }
}

async function make(folder: string, file: string, credentialFile: string): Promise<void> {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new Trouble(`\`${folder}\` is no folder`, 'name another with `--data`')
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(credentialFile)) {
    writeFileSync(credentialFile, `${randomBytes(CREDENTIAL_BYTES).toString('base64url')}\n`, { mode: 0o600 })
  }
  if (!existsSync(join(folder, 'policies'))) writeStarterPolicies(join(folder, 'policies'))
  // Last: a folder with a configuration is a whole one.
  writeFileSync(file, yaml(await freePort(COMPANY_PORT), credentialFile), { mode: 0o600 })
}

function yaml(companyPort: number, credentialFile: string): string {
  return `# The demo: a company that sells garden plants, its API, and the people around it.
# Change what you like, then send SIGHUP to the demo, or start it again.

listen: { console: "127.0.0.1:7070", http: "127.0.0.1:7080" }

groups:
  - { id: reviewers }
  - { id: operators }

people:
  # Olga wrote the agent, so she is in its chain: she sees what it asks and can never approve it.
  - { id: ${OWNER}, name: Olga Marsh, groups: [reviewers, operators] }
  - { id: ${REVIEWER}, name: Ines Falk, groups: [reviewers] }
  - { id: ivo, name: Ivo Brandt, groups: [reviewers] }

environments:
  - { id: prod }

resources:
  - id: ${RESOURCE}
    kind: http
    environment: prod
    region: eu
    address: http://127.0.0.1:${companyPort}
    # The agent never has this. It goes in behind the gate.
    credential: { header: authorization, format: "Bearer {}", secret: ${JSON.stringify(`file:${credentialFile}`)} }
    routes:
      - { route: "GET /customers", datasets: [customers], labels: [personal] }
      - { route: "GET /customers/{id}", datasets: [customers], labels: [personal] }
      - { route: "DELETE /customers/{id}", datasets: [customers], labels: [personal] }
      - { route: "GET /exports/{name}", effects: [read, export], datasets: [customers], labels: [personal] }
      - { route: "GET /tokens", datasets: [tokens], labels: [secret] }

# Policies, people and keys are changed without a second pair of eyes in this build.
changes: unguarded
`
}

function withPorts(configuration: Configuration, flags: WorldFlags): Configuration {
  const consoleListen = withPort(configuration.consoleListen, flags['console-port'])
  const httpListen = { ...withPort(configuration.httpListen, flags['http-port']), tls: null }
  const consoleUrl =
    flags['console-port'] === undefined ? configuration.consoleUrl : `http://localhost:${consoleListen.port}`
  return { ...configuration, consoleListen, httpListen, consoleUrl }
}

function withPort(listen: Listen, given: string | undefined): Listen {
  if (given === undefined) return listen
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (port <= PORT_MAX) return { ...listen, port }
  throw usage(`\`${given}\` is no port`, 'write a number up to 65535; 0 takes a free one')
}

/** The usual one, or any where that is taken: it is written down, so that the next start has the same. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) => (wanted === 0 ? reject(cause) : resolve(freePort(0))))
    server.listen({ host: '127.0.0.1', port: wanted }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : wanted))
    })
  })
}
