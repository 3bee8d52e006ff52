import type { Duplex } from 'node:stream'
import { PROBLEM_TYPE, problemOf } from '@sallyport/contract/problem'
import type { Refusal } from '@sallyport/core/refusal/refusal'
import type { RefusalCode } from '@sallyport/core/refusal/table'
import { type Outgoing, writeHead } from './exchange.ts'
import { RETRY_HELD_S, RETRY_RATE_LIMITED_S, RETRY_UNAVAILABLE_S, WAITS } from './limits.ts'

/** A line each: a browser that finds both in one asks nobody for a password. */
const CHALLENGES = [
  ['WWW-Authenticate', 'Basic realm="sallyport"'],
  ['WWW-Authenticate', 'Bearer realm="sallyport"'],
]

const RETRY_AFTER_S: Partial<Record<RefusalCode, number>> = {
  held: RETRY_HELD_S,
  unavailable: RETRY_UNAVAILABLE_S,
  'rate-limited': RETRY_RATE_LIMITED_S,
}

/** A no, as an RFC 9457 problem. `close`: what may follow on this connection is not worth reading. */
export function writeRefusal(response: Outgoing, refusal: Refusal, close: boolean): void {
  // RFC 9113, 8.2.2: a stream says nothing of its connection, and its neighbours go on.
  const { status, headers, body } = spelled(refusal, close && !('stream' in response))
  writeHead(response, status, headers)
  response.end(body)
}

/** Where the protocol asks for another status than the table of refusals has, and says so in headers. */
interface Special {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
}

/** The same where there is no response to write to, only a socket: bytes that were no request, or a handshake. */
export function refuseOnSocket(socket: Duplex, refusal: Refusal, special?: Special): void {
  const { status, headers, body } = spelled(refusal, true, special)
  const lines = headers.map((part, at) => (at % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('')
  socket.end(`HTTP/1.1 ${status} \r\n${lines}\r\n${body}`)
  // Whoever neither reads this nor hangs up would keep one of the door's connections for ever. What still comes is dropped:
  // unread, it would make the kernel throw our answer away.
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), WAITS.refusedLingerMs)
  socket.once('close', () => clearTimeout(cut))
}

function spelled(refusal: Refusal, close: boolean, special?: Special) {
  const problem = { ...problemOf(refusal), ...(special === undefined ? {} : { status: special.status }) }
  const body = JSON.stringify(problem)
  const retryAfterS = RETRY_AFTER_S[problem.code]
  const headers = [
    ['Content-Type', PROBLEM_TYPE],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Cache-Control', 'no-store'],
    ...(problem.action === undefined ? [] : [['Sallyport-Action', problem.action]]),
    ...(retryAfterS === undefined ? [] : [['Retry-After', String(retryAfterS)]]),
    ...(problem.status === 401 ? CHALLENGES : []),
    ...(close ? [['Connection', 'close']] : []),
    ...(special?.headers ?? []),
  ]
  return { status: problem.status, headers: headers.flat(), body }
}
