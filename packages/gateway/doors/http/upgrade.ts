import { createHash } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ActionId } from '@sallyport/core/action/ids'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { Answer } from '../../guard/answer.ts'
import type { Admission } from '../../guard/guard.ts'
import type { Durable } from '../../store/durable.ts'
import { writeAnswer } from './answer.ts'
import { ask } from './ask.ts'
import { finished } from './exchange.ts'
import { clientOf, type HandshakingClient } from './handshake.ts'
import { TUNNELS_LIMIT, TUNNELS_OF_ONE_LIMIT, type Waits } from './limits.ts'
import type { Serving } from './parts.ts'
import { refuseOnSocket } from './refuse.ts'
import { headerOf, readRequest } from './request.ts'
import { admitted, agentOf, readSender } from './serve.ts'
import { openSpace, type Space } from './space.ts'

/** Serves connections that Node handed over, since their clients want to turn them into tunnels (RFC 6455). */
export type TakeUpgrade = (incoming: IncomingMessage, head: Uint8Array) => Promise<void>

/** `head`: what came behind the handshake. What is returned never rejects. */
export function openUpgrades(serving: Serving): TakeUpgrade {
  const slots = openSpace(TUNNELS_LIMIT, TUNNELS_OF_ONE_LIMIT)
  return async (incoming, head) => {
    const client = clientOf(incoming.socket, head)
    const rest = serving.busy(incoming)
    try {
      await serveUpgrade(serving, slots, incoming, client)
    } catch (cause) {
      serving.log(safe`an upgrade at the HTTP door failed unexpectedly`, cause)
      incoming.socket.destroy()
    } finally {
      rest()
      client.leave()
    }
  }
}

/** One tunnel, from its handshake to its end. The connection serves nothing after it, whatever came of it. */
async function serveUpgrade(
  serving: Serving,
  slots: Space,
  incoming: IncomingMessage,
  client: HandshakingClient,
): Promise<void> {
  const { socket } = incoming
  const request = readRequest(incoming, serving.knownHosts, 'websocket')
  if (request.kind === 'refusal') return refuseOnSocket(socket, request)
  if (client.spokeEarly()) return refuseOnSocket(socket, refusal('malformed', EARLY))
  if (headerOf(request.headers, 'sec-websocket-version') !== VERSION)
    return refuseOnSocket(socket, refusal('malformed', OTHER_VERSION), UPGRADE_REQUIRED)
  const key = headerOf(request.headers, 'sec-websocket-key') ?? ''
  if (!isKey(key)) return refuseOnSocket(socket, refusal('malformed', NO_KEY))
  const sender = await readSender(serving, incoming, request)
  if (sender.kind === 'refusal') return refuseOnSocket(socket, sender)
  const { who, located } = sender
  const asked = ask(request, located, who, {
    kind: 'body',
    named: null,
    content: { kind: 'tunnel', chunks: client.said() },
  })
  if ('code' in asked) return refuseOnSocket(socket, asked)
  if (asked.wait === 'parked') return refuseOnSocket(socket, refusal('malformed', NO_HANDLE))
  const free = slots.take(agentOf(who.caller), 1)
  if (free === undefined) return refuseOnSocket(socket, refusal('rate-limited', TOO_MANY))
  const delivered = Promise.withResolvers<void>()
  try {
    const admission = await admitted(serving.guard, asked, client.gone, delivered.promise)
    await write(incoming, client, key, admission, serving.waits)
  } finally {
    delivered.resolve()
    free()
  }
}

const VERSION = '13'
/** RFC 6455, 4.4. */
const UPGRADE_REQUIRED = { status: 426, headers: [['Sec-WebSocket-Version', VERSION]] } as const
const OTHER_VERSION = safe`the only version of WebSocket is 13`
const NO_KEY = safe`the key of a WebSocket handshake is 16 bytes in base64`
const NO_HANDLE = safe`a tunnel needs its client on the line; ask without \`Prefer: respond-async\``
const TOO_MANY = safe`one agent has at most ${TUNNELS_OF_ONE_LIMIT} tunnels open or waiting`
const EARLY = safe`a WebSocket client says nothing before its handshake is answered`
const KEY_BYTES = 16
/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

function isKey(key: string): boolean {
  const bytes = Buffer.from(key, 'base64')
  return bytes.length === KEY_BYTES && bytes.toString('base64') === key
}

async function write(
  incoming: IncomingMessage,
  client: HandshakingClient,
  key: string,
  admission: Admission,
  waits: Waits,
): Promise<void> {
  const { socket } = incoming
  if (client.spokeEarly()) return refuseOnSocket(socket, refusal('malformed', EARLY))
  if (admission.kind === 'refused') return refuseOnSocket(socket, admission.refusal)
  if (admission.kind === 'parked') throw new Error('nobody can come back for a tunnel')
  const { answer, action, durable } = admission
  if (answer.status !== 101) return writeOrdinary(incoming, answer, action, durable, waits)
  client.open()
  return writeTunnel(socket, key, answer, action, durable, waits)
}

/** The target did not agree. Its answer is one like any other, and the last one on this connection. */
async function writeOrdinary(
  incoming: IncomingMessage,
  answer: Answer,
  action: ActionId,
  durable: Durable,
  waits: Waits,
): Promise<void> {
  const { socket } = incoming
  const response = new ServerResponse(incoming)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  await writeAnswer(response, answer, action, durable, waits.stalledClientMs)
  await finished(response, waits.stalledClientMs)
  hangUp(socket, waits)
}

/** The proof is not looked at: to have one is enough (law 5). */
async function writeTunnel(
  socket: Socket,
  key: string,
  { headers, body }: Answer,
  action: ActionId,
  _recorded: Durable,
  waits: Waits,
): Promise<void> {
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Sallyport-Action: ${action}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  try {
    for await (const chunk of body) {
      if (!socket.write(chunk)) await drained(socket, waits)
      if (socket.destroyed) return
    }
    hangUp(socket, waits)
  } catch {
    // It broke off, and neither side must take that for an end.
    socket.destroy()
  }
}

/** Resolves when the client took what was written, or is gone: one that takes nothing is sent away. */
function drained(socket: Socket, { stalledClientMs }: Waits): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => socket.destroy(), stalledClientMs)
    const done = (): void => {
      clearTimeout(patience)
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
    if (socket.destroyed) done()
  })
}

function hangUp(socket: Socket, { refusedLingerMs }: Waits): void {
  socket.end()
  const cut = setTimeout(() => socket.destroy(), refusedLingerMs)
  socket.once('close', () => clearTimeout(cut))
}
