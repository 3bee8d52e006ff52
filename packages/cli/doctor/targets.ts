import type { Resource } from '@sallyport/gateway/config/configuration'
import { openSecrets, type Secrets } from '@sallyport/gateway/secrets/secrets'
import { note, ok, type Said, wrong } from './said.ts'

const ANSWER_LIMIT_MS = 5_000
/** Enough to find one that answers, few enough to be no nuisance. */
const PATHS_LIMIT = 3
const ASKS_FOR_CREDENTIAL: ReadonlySet<number> = new Set([401, 403, 407])

/** Every resource: whether it answers at all, whether its credential is there, and what it gives to somebody without one. */
export async function lookAtTargets(
  resources: readonly Resource[],
  variable: (name: string) => string | undefined,
): Promise<readonly Said[]> {
  const secrets = openSecrets(variable)
  const said = await Promise.all(
    resources.map(async (resource) => [...credential(resource, secrets), await aroundTheGate(resource)]),
  )
  return said.flat()
}

function credential({ id, credential }: Resource, secrets: Secrets): readonly Said[] {
  if (credential === null)
    return [
      note(
        `${id} has no credential: what reaches it needs none`,
        'give it one, which only the gateway holds',
      ),
    ]
  const fetched = secrets.fetch(credential.secret)
  if (fetched.kind === 'secret') return [ok(`the credential of ${id} is there`)]
  // A service has an environment of its own, which is not that of a shell.
  const says = `the credential of ${id}: ${fetched.message}`
  return [
    credential.secret.startsWith('env:')
      ? note(says, `${fetched.help}; the doctor sees its own environment`)
      : wrong(says, fetched.help),
  ]
}

/** Asks as somebody who goes around the gate would: reading only, and without anything in hand. */
async function aroundTheGate(resource: Resource): Promise<Said> {
  const { id, address } = resource
  const statuses: number[] = []
  for (const path of plainPaths(resource)) {
    const status = await statusOf(new URL(joined(address, path), address))
    if (status === null)
      return wrong(`${id} does not answer at ${address.href}`, 'start it, or correct its `address`')
    if (status >= 200 && status < 300) {
      return wrong(
        `${id} can be reached around the gate: it answers \`GET ${path}\` without a credential`,
        'let it ask for a credential, or close the way to it for everybody but the gateway',
      )
    }
    statuses.push(status)
  }
  if (statuses.some((status) => ASKS_FOR_CREDENTIAL.has(status)))
    return ok(`${id} answers, and gives nothing without its credential`)
  return note(
    `${id} answers ${statuses.join(', ')} without a credential: whether it can be reached around the gate is not known`,
    'name a route without parameters that it has: the doctor asks for that',
  )
}

function plainPaths({ routes }: Resource): readonly string[] {
  const reads = routes
    .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
    .map(({ path }) => path)
  return [...new Set(['/', ...reads])].slice(0, PATHS_LIMIT)
}

function joined({ pathname }: URL, path: string): string {
  return pathname.replace(/\/$/, '') + path
}

async function statusOf(url: URL): Promise<number | null> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    await response.body?.cancel()
    return response.status
  } catch {
    return null
  }
}
