import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Configuration, Listen } from '@sallyport/gateway/config/configuration'
import { openOperatorToken } from '@sallyport/gateway/identity/operator'
import { KeyProblem } from '@sallyport/gateway/keys/folder'
import { type Keys, openKeys } from '@sallyport/gateway/keys/keys'
import { loadCertificate } from '@sallyport/gateway/secrets/certificate'
import { counted } from '../show/times.ts'
import { note, ok, type Said, wrong } from './said.ts'

/** What stands on this machine, looked at and not touched. */
export interface Here {
  readonly said: readonly Said[]
  /** None where there is no data folder yet. */
  readonly keys: Keys | null
  readonly operatorToken: string | null
  /** The last signed checkpoint, beside the key. */
  readonly checkpoint: string | null
}

export function lookHere({ dataFolder }: Configuration): Here {
  if (!existsSync(join(dataFolder, 'keys'))) {
    const says = `there is no data in ${dataFolder} yet: the first start makes it`
    return { said: [note(says)], keys: null, operatorToken: null, checkpoint: null }
  }
  const said: Said[] = []
  const attempt = <T>(open: () => T, fine: string): T | null => {
    try {
      const opened = open()
      said.push(ok(fine))
      return opened
    } catch (cause) {
      if (cause instanceof KeyProblem) said.push(wrong(cause.message, cause.help))
      else
        said.push(
          wrong(`something in ${dataFolder} cannot be read`, 'run the doctor as the user of the gateway'),
        )
      return null
    }
  }
  // As beside a store that is there: a missing key is then a fault, and never made.
  const keys = attempt(
    () => openKeys(dataFolder, true, nothingIsMade),
    "the keys are there, and the gateway's alone",
  )
  const operatorToken = existsSync(join(dataFolder, 'operator.token'))
    ? attempt(
        () => openOperatorToken(dataFolder, nothingIsMade),
        "the operator's token is there, and the gateway's alone",
      )
    : null
  if (operatorToken === null && said.every(({ mark }) => mark === 'ok'))
    said.push(note("the operator's token is not there", 'the next start makes one'))
  return { said, keys, operatorToken, checkpoint: keptIn(dataFolder) }
}

const RENEW_BEFORE_MS = 14 * 86_400_000

/** Whether the certificate of the HTTP door, where it has one, can be shown today and for a while. */
export function lookAtCertificate(
  { httpListen: { tls } }: Configuration,
  variable: (name: string) => string | undefined,
): readonly Said[] {
  if (tls === null) return []
  try {
    const now = new Date()
    const { until } = loadCertificate(tls, variable, now)
    const says = `the certificate of the HTTP door is good until ${until.toISOString().slice(0, 10)}`
    const isSoon = until.getTime() - now.getTime() < RENEW_BEFORE_MS
    return [isSoon ? note(says, 'put a renewed one there, then send SIGHUP to the gateway') : ok(says)]
  } catch (cause) {
    if (cause instanceof KeyProblem) return [wrong(cause.message, cause.help)]
    throw cause
  }
}

/** Whether what a stopped gateway will listen on is free. */
export async function freePorts({ consoleListen, httpListen }: Configuration): Promise<readonly Said[]> {
  const listens = [consoleListen, httpListen].filter(({ port }) => port !== 0)
  const taken = await Promise.all(listens.map(isTaken))
  const busy = listens.filter((_, index) => taken[index])
  if (busy.length === 0) return [ok(`${counted(listens.length, 'port')} to listen on: free`)]
  return busy.map(({ host, port }) =>
    wrong(
      `port ${port} on ${host} is taken`,
      'stop what listens there, or change `listen` in the configuration',
    ),
  )
}

function isTaken({ host, port }: Listen): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(true))
    server.listen({ host, port }, () => server.close(() => resolve(false)))
  })
}

function nothingIsMade(): never {
  throw new Error('the doctor makes nothing')
}

function keptIn(dataFolder: string): string | null {
  const path = join(dataFolder, 'keys', 'checkpoint')
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}
