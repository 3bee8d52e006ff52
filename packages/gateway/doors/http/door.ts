import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Admission, Asked, Guard } from '../../guard/guard.ts'
import { writeAnswer, writeHandle } from './answer.ts'
import { ask, type Proved, type ToldOfItself, toldBy } from './ask.ts'
import { readCredential } from './credential.ts'
import {
  CONNECTIONS_LIMIT,
  HEAD_LIMIT_BYTES,
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
  TIMEOUT_CHECK_MS,
} from './limits.ts'
import { refuseOnSocket, writeRefusal } from './refuse.ts'
import { headerOf, readRequest } from './request.ts'
import { locate, type Resources } from './resource.ts'
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
  const hosts = new Set(parts.hosts.map((host) => host.toLowerCase()))
  const serve = (incoming: IncomingMessage, response: ServerResponse): void => {
    const taken = turns.take(incoming.socket, () => serveOne(parts, hosts, incoming, response))
    // No answer: Node would queue it, and at enough of them stop reading, so that we could not see this client leave.
    if (!taken) incoming.socket.destroy()
  }
  server.on('request', serve)
  // Without listeners Node would answer these itself: nothing is promised before the request is judged.
  server.on('checkContinue', serve)
  server.on('checkExpectation', serve)
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
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  keepAliveTimeout: IDLE_TIMEOUT_MS,
}

/** One request, from its head to the last byte of its answer. Never rejects. */
async function serveOne(
  parts: HttpDoorParts,
  hosts: ReadonlySet<string>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  incoming.socket.once('close', leave)
  try {
    const asked = await readAsked(parts, hosts, incoming)
    const admission = asked.kind === 'asked' ? await admitted(parts.guard, asked.asked, gone.signal) : asked
    await write(response, admission, parts.consoleUrl)
  } catch (cause) {
    // What went wrong is for us and not for the client: a stack trace tells where to press.
    parts.log(safe`a request at the HTTP door failed unexpectedly`, cause)
    if (response.headersSent) response.destroy()
    else writeRefusal(response, refusal('unavailable', safe`the gateway could not serve this`), true)
  } finally {
    await finished(response)
    incoming.socket.off('close', leave)
  }
}

type Unasked = { readonly kind: 'unasked'; readonly refusal: Refusal; readonly close: boolean }

/** What is asked of whom by whom, or why nothing is. */
async function readAsked(
  parts: HttpDoorParts,
  hosts: ReadonlySet<string>,
  incoming: IncomingMessage,
): Promise<{ readonly kind: 'asked'; readonly asked: Asked } | Unasked> {
  const request = readRequest(incoming, hosts)
  // Its end is in doubt, and so is the beginning of what follows it.
  if (request.kind === 'refusal') return { kind: 'unasked', refusal: request, close: true }
  const credential = readCredential(headerOf(request.headers, 'authorization'))
  if (credential.kind === 'refusal') return unasked(credential)
  const told = toldBy(request.headers)
  if (told.kind === 'refusal') return unasked(told)
  const who = await parts.prove(credential.key, told)
  if (who.kind === 'refusal') return unasked(who)
  const located = locate(request, parts.resources)
  if (located.kind === 'refusal') return unasked(located)
  const asked = ask(request, located, who)
  return 'code' in asked ? unasked(asked) : { kind: 'asked', asked }
}

/** Nothing is sent while it waits: the status line is the verdict. */
async function admitted(guard: Guard, asked: Asked, signal: AbortSignal): Promise<Admission> {
  const admission = guard.admit(asked, signal)
  for (;;) {
    const next = await admission.next()
    if (next.done === true) return next.value
  }
}

async function write(
  response: ServerResponse,
  reply: Admission | Unasked,
  consoleUrl: string,
): Promise<void> {
  switch (reply.kind) {
    case 'answered':
      return writeAnswer(response, reply.answer, reply.action, reply.durable)
    case 'parked':
      return writeHandle(response, reply.life.action.id, consoleUrl)
    case 'refused':
      return writeRefusal(response, reply.refusal, false)
    case 'unasked':
      return writeRefusal(response, reply.refusal, reply.close)
  }
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

function finished(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.writableFinished || response.destroyed) return resolve()
    response.once('finish', resolve)
    response.once('close', resolve)
  })
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

function unasked(refusal: Refusal): Unasked {
  return { kind: 'unasked', refusal, close: false }
}
