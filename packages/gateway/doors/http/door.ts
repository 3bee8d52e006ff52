import type { IncomingMessage } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { type Connections, openConnections, type Place } from './connections.ts'
import { type Incoming, isStream, type Outgoing } from './exchange.ts'
import { isHandshake } from './handshake.ts'
import {
  BODIES_LIMIT_BYTES,
  BODIES_OF_ONE_LIMIT_BYTES,
  CONNECTIONS_OF_ONE_LIMIT,
  PIPELINED_BODY_LIMIT_BYTES,
  PROVED_CONNECTIONS_LIMIT,
  STRANGERS_LIMIT,
  WAITS,
  type Waits,
} from './limits.ts'
import type { HttpDoorParts, Serving } from './parts.ts'
import { refuseOnSocket, writeRefusal } from './refuse.ts'
import { HEAD_TOO_LARGE } from './request.ts'
import { serve } from './serve.ts'
import {
  type Certificate,
  createDoorServer,
  type DoorServer,
  drain,
  listening,
  renewCertificate,
} from './server.ts'
import { openSpace } from './space.ts'
import { openTurns, type Turns } from './turns.ts'
import { openUpgrades } from './upgrade.ts'

/** Where it listens, and what it shows of itself; without a certificate it speaks HTTP/1.1 in the clear. */
export interface ListenAt {
  readonly host: string
  readonly port: number
  readonly certificate?: Certificate | null
}

export interface Listening {
  readonly port: number
  /** Shows another certificate to whoever connects from now on. */
  renew(certificate: Certificate): void
  /** Takes nothing new, lets what runs end, and cuts after `graceMs` what has not. */
  drain(graceMs: number): Promise<void>
}

export async function openHttpDoor(
  parts: HttpDoorParts,
  listen: ListenAt,
  waits: Waits = WAITS,
): Promise<Listening> {
  const server = createDoorServer(listen.certificate ?? null, waits)
  const sockets = new Set<Socket>()
  const connections = openConnections({
    strangers: STRANGERS_LIMIT,
    ofOne: CONNECTIONS_OF_ONE_LIMIT,
    proved: PROVED_CONNECTIONS_LIMIT,
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    connections.came(socket)
  })
  takeRequests(server, servingOf(parts, connections, waits))
  const port = await listening(server, listen)
  return {
    port,
    renew: (certificate) => renewCertificate(server, certificate),
    drain: (graceMs) => drain(server, sockets, graceMs),
  }
}

function servingOf(parts: HttpDoorParts, connections: Connections, waits: Waits): Serving {
  return {
    ...parts,
    knownHosts: new Set(parts.hosts.map((host) => host.toLowerCase())),
    space: openSpace(BODIES_LIMIT_BYTES, BODIES_OF_ONE_LIMIT_BYTES),
    waits,
    proved: (incoming, who) => connections.proved(placeOf(incoming), who),
    busy: (incoming) => connections.busy(placeOf(incoming)),
  }
}

function placeOf(incoming: Incoming): Place {
  if (!isStream(incoming)) return incoming.socket
  const { session } = incoming.stream
  // The socket of a session that has ended throws whatever it is asked.
  return session === undefined || session.destroyed ? NOWHERE : session.socket
}

const NOWHERE: Place = { remoteAddress: undefined, remotePort: undefined }

function takeRequests(server: DoorServer, serving: Serving): void {
  // Node keeps a connection open that becomes idle while the server closes.
  const turns = openTurns((socket) => {
    if (!server.listening) socket.end()
  })
  const take = (incoming: Incoming, response: Outgoing): void => {
    // A stream waits for nobody: each is an action, whatever its neighbours do.
    if (isStream(incoming)) return void serve(serving, incoming, response)
    // No answer in either case: Node would queue it, or stop reading in the middle of this body, and then we could not see
    // that the client leaves what it waits for.
    const unseen = turns.busy(incoming.socket) && stopsReading(incoming)
    const taken = !unseen && turns.take(incoming.socket, () => serve(serving, incoming, response))
    if (!taken) incoming.socket.destroy()
  }
  const upgrades = openUpgrades(serving)
  // Behind a request that still waits for its answer, an upgrade is only one more request. Both servers read this as a property.
  Object.assign(server, {
    shouldUpgradeCallback: (incoming: IncomingMessage) =>
      isHandshake(incoming) && !turns.busy(incoming.socket),
  })
  server.on(
    'upgrade',
    (incoming: IncomingMessage, _: Duplex, head: Uint8Array) => void upgrades(incoming, head),
  )
  server.on('request', take)
  // Without listeners Node would answer these itself: nothing is promised before the request is judged.
  server.on('checkContinue', take)
  server.on('checkExpectation', take)
  server.on('connect', (_: Incoming, peer: Duplex | Http2ServerResponse) => {
    const tunnel = refusal('malformed', safe`this door opens no tunnels`)
    if ('stream' in peer) writeRefusal(peer, tunnel, true)
    else refuseOnSocket(peer, tunnel)
  })
  server.on('clientError', (cause: NodeJS.ErrnoException, socket: Duplex) =>
    refuseBytes(cause, socket, turns),
  )
}

/** Node reads no further than this into a body that nobody takes yet. */
function stopsReading({ headers }: IncomingMessage): boolean {
  const isChunked = headers['transfer-encoding'] !== undefined
  return isChunked || Number(headers['content-length'] ?? 0) > PIPELINED_BODY_LIMIT_BYTES
}

/** Bytes that are no request. While an earlier one waits for its answer, ours would be taken for it. */
function refuseBytes(cause: NodeJS.ErrnoException, socket: Duplex, turns: Turns): void {
  const isHttp = cause.code?.startsWith('HPE_') === true || cause.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (!socket.writable || turns.busy(socket) || !isHttp) {
    socket.destroy()
    return
  }
  const tooLarge = cause.code === 'HPE_HEADER_OVERFLOW'
  refuseOnSocket(
    socket,
    tooLarge
      ? HEAD_TOO_LARGE
      : refusal('malformed', safe`this is no HTTP/1.1 request, or it came too slowly`),
  )
}
