import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Guard } from '../../guard/guard.ts'
import type { Proved, ToldOfItself } from './ask.ts'
import {
  BODIES_LIMIT_BYTES,
  BODIES_OF_ONE_LIMIT_BYTES,
  CONNECTIONS_LIMIT,
  HEAD_LIMIT_BYTES,
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  TIMEOUT_CHECK_MS,
} from './limits.ts'
import { refuseOnSocket } from './refuse.ts'
import type { Resources } from './resource.ts'
import { serve } from './serve.ts'
import { openSpace } from './space.ts'
import { openTurns, type Turns } from './turns.ts'

/** What the door is handed. It knows nothing of policy, people or storage. */
export interface HttpDoorParts {
  readonly guard: Guard
  /** Identity: whose key this is. */
  readonly prove: (key: string, told: ToldOfItself) => Promise<Proved | Refusal>
  readonly resources: Resources
  /** Names of this door besides `localhost` and what is below it. */
  readonly hosts: readonly string[]
  /** Where a handle is asked for its answer. */
  readonly consoleUrl: string
  readonly log: (event: Redacted, cause?: unknown) => void
}

export interface Listening {
  readonly port: number
  /** Takes nothing new, lets what runs end, and cuts after `graceMs` what has not. */
  drain(graceMs: number): Promise<void>
}

export async function openHttpDoor(
  parts: HttpDoorParts,
  listen: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createServer(SERVER)
  server.maxConnections = CONNECTIONS_LIMIT
  // Node keeps a connection open that becomes idle while the server closes.
  const turns = openTurns((socket) => {
    if (!server.listening) socket.end()
  })
  const serving = {
    ...parts,
    knownHosts: new Set(parts.hosts.map((host) => host.toLowerCase())),
    space: openSpace(BODIES_LIMIT_BYTES, BODIES_OF_ONE_LIMIT_BYTES),
  }
  const take = (incoming: IncomingMessage, response: ServerResponse): void => {
    const taken = turns.take(incoming.socket, () => serve(serving, incoming, response))
    // No answer: Node would queue it, and at enough of them stop reading, so that we could not see this client leave.
    if (!taken) incoming.socket.destroy()
  }
  server.on('request', take)
  // Without listeners Node would answer these itself: nothing is promised before the request is judged.
  server.on('checkContinue', take)
  server.on('checkExpectation', take)
  server.on('connect', (_, socket: Duplex) =>
    refuseOnSocket(socket, refusal('malformed', safe`this door opens no tunnels`)),
  )
  server.on('clientError', (cause: NodeJS.ErrnoException, socket: Duplex) =>
    refuseBytes(cause, socket, turns),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen.port, listen.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return { port, drain: (graceMs) => drain(server, graceMs) }
}

const SERVER = {
  insecureHTTPParser: false,
  // Ours to refuse, as a problem.
  requireHostHeader: false,
  maxHeaderSize: HEAD_LIMIT_BYTES,
  headersTimeout: HEAD_TIMEOUT_MS,
  // A body has limits of its own: a long one is not a slow one.
  requestTimeout: 0,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  keepAliveTimeout: IDLE_TIMEOUT_MS,
}

/** Bytes that are no request. While an earlier one waits for its answer, ours would be taken for it. */
function refuseBytes(cause: NodeJS.ErrnoException, socket: Duplex, turns: Turns): void {
  if (!socket.writable || turns.busy(socket) || cause.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const tooLarge = cause.code === 'HPE_HEADER_OVERFLOW'
  refuseOnSocket(
    socket,
    tooLarge
      ? refusal('too-large', safe`the head of a request has at most ${HEAD_LIMIT_BYTES} bytes`)
      : refusal('malformed', safe`this is no HTTP/1.1 request, or it came too slowly`),
  )
}

function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
