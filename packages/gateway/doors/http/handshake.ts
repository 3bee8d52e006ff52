import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Whether a connection is handed over for this request. All other upgrades stay requests, and are refused as such. */
export function isHandshake(incoming: IncomingMessage): boolean {
  const { headersDistinct, method, httpVersion } = incoming
  const { upgrade = [], connection = [] } = headersDistinct
  const options = connection.flatMap((value) => value.split(',')).map((one) => one.trim().toLowerCase())
  return (
    method === 'GET' &&
    httpVersion === '1.1' &&
    upgrade.length === 1 &&
    upgrade[0]?.toLowerCase() === 'websocket' &&
    options.includes('upgrade') &&
    !options.includes('close') &&
    FRAMING.every((name) => headersDistinct[name] === undefined)
  )
}

/** A handshake has no body, and nothing that says where one ends or when it comes. */
const FRAMING: readonly string[] = ['content-length', 'expect', 'trailer', 'transfer-encoding']

/** The client's side of a connection that waits to become a tunnel. */
export interface HandshakingClient {
  /** Aborts when the client leaves, or says something too early. */
  readonly gone: AbortSignal
  spokeEarly(): boolean
  /** From now on it may speak. */
  open(): void
  /** What it says from then on. It throws where the client broke off. */
  said(): AsyncIterable<Uint8Array>
  leave(): void
}

/**
 * RFC 6455, 4.1: a client waits for the answer to its handshake. What it says before would be kept for a target that nobody has
 * allowed yet, or be taken by it for something else than a WebSocket.
 */
export function clientOf(socket: Socket, head: Uint8Array): HandshakingClient {
  const leaving = new AbortController()
  let isEarly = head.length > 0
  const leave = (): void => leaving.abort()
  const speak = (): void => {
    isEarly = true
    leave()
  }
  if (isEarly) leave()
  socket.setTimeout(0)
  socket.on('error', leave).on('close', leave).on('end', leave).on('data', speak)
  return {
    gone: leaving.signal,
    spokeEarly: () => isEarly,
    open() {
      socket.off('end', leave).off('data', speak).pause()
    },
    async *said() {
      yield* socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
    },
    leave,
  }
}
