import type { Configuration } from '@sallyport/gateway/config/configuration'
import { KeyProblem } from '@sallyport/gateway/keys/folder'
import { type Gateway, openGateway } from '@sallyport/gateway/open'
import { PublisherFailure } from '@sallyport/gateway/record/publisher'
import { StoreFailure } from '@sallyport/gateway/store/failure'
import type { Terminal } from '../line/terminal.ts'
import { Trouble } from '../line/trouble.ts'
import { version } from '../version.ts'
import { policyTrouble } from './policies.ts'

/** What runs when the gateway is told to stop has this long to end. */
export const DRAIN_MS = 30_000

/** The gateway, open; or the one sentence for which it is not. */
export async function startGateway(
  configuration: Configuration,
  { around }: Terminal,
  write: (line: string) => void,
): Promise<Gateway> {
  try {
    const opening = await openGateway({ configuration, version: version(), variable: around.variable, write })
    if (opening.kind === 'opened') return opening.gateway
    throw policyTrouble(opening.problems)
  } catch (cause) {
    throw startTrouble(cause)
  }
}

/** Failures that were foreseen say what to do themselves. Anything else goes on as it is. */
function startTrouble(cause: unknown): unknown {
  if (cause instanceof KeyProblem) return new Trouble(cause.message, cause.help)
  if (cause instanceof StoreFailure || cause instanceof PublisherFailure)
    return sentenceAndHelp(cause.message)
  if (!(cause instanceof Error && 'code' in cause)) return cause
  const port = 'port' in cause ? cause.port : ''
  switch (cause.code) {
    case 'EADDRINUSE':
      return portTaken(Number(port))
    case 'EACCES':
      return new Trouble(cause.message, 'let the user of the gateway do this, or name another folder or port')
    default:
      return cause
  }
}

export function portTaken(port: number): Trouble {
  return new Trouble(
    `port ${port} is taken`,
    'stop what listens there, or choose another: `--console-port` and `--http-port` in `sallyport demo`, `listen` in the configuration; 0 takes a free one',
  )
}

/** Their messages are one line, `what is wrong: what to do`. */
export function sentenceAndHelp(message: string): Trouble {
  const colon = message.indexOf(': ')
  return colon < 0 ? new Trouble(message, '') : new Trouble(message.slice(0, colon), message.slice(colon + 2))
}
