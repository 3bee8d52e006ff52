import { createServer, type Server } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import {
  CONNECTIONS_LIMIT,
  HEAD_LIMIT_BYTES,
  HEADERS_LIMIT,
  INVALID_FRAMES_LIMIT,
  REJECTED_STREAMS_LIMIT,
  RESETS_LIMIT,
  RESETS_LIMIT_PER_S,
  SESSION_MEMORY_MB,
  STREAMS_LIMIT,
  type Waits,
} from './limits.ts'
import { watchSession } from './sessions.ts'

/** As PEM: a chain with the door's own certificate first, and its key. */
export interface Certificate {
  readonly chain: string
  readonly key: string
}

/** What listens: HTTP/1.1, or with a certificate both versions over TLS. HTTP/2 without TLS is not understood. */
export type DoorServer = Server | Http2SecureServer

export function createDoorServer(certificate: Certificate | null, waits: Waits): DoorServer {
  const http1 = http1Options(waits)
  const server = certificate === null ? createServer(http1) : createSecure(certificate, waits)
  // The secure server takes some of these as options and some not. It reads them as properties, as the plain one does.
  Object.assign(server, http1, { maxConnections: CONNECTIONS_LIMIT })
  return server
}

function createSecure(certificate: Certificate, waits: Waits): Http2SecureServer {
  const server = createSecureServer({
    ...secureContext(certificate),
    ...HTTP2,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: waits.headMs,
  })
  server.on('session', (session: ServerHttp2Session) => watchSession(session, waits))
  return server
}

/** A renewed certificate, for whoever connects from now on. */
export function renewCertificate(server: DoorServer, certificate: Certificate): void {
  if ('setSecureContext' in server) server.setSecureContext(secureContext(certificate))
}

export async function listening(
  server: DoorServer,
  listen: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen.port, listen.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return port
}

/** Takes nothing new, says so to HTTP/2 by `GOAWAY`, lets what runs end, and cuts after `graceMs` what has not. */
export function drain(server: DoorServer, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutAll = (): void => {
      for (const socket of sockets) socket.destroy()
    }
    const patience = setTimeout(cutAll, graceMs)
    server.close(() => {
      clearTimeout(patience)
      resolve()
    })
  })
}

function http1Options({ headMs, checkMs, idleMs }: Waits) {
  return {
    insecureHTTPParser: false,
    // Ours to refuse, as a problem.
    requireHostHeader: false,
    maxHeaderSize: HEAD_LIMIT_BYTES,
    headersTimeout: headMs,
    // A body has limits of its own: a long one is not a slow one.
    requestTimeout: 0,
    connectionsCheckingInterval: checkMs,
    keepAliveTimeout: idleMs,
  }
}

function secureContext({ chain, key }: Certificate) {
  return { cert: chain, key, minVersion: 'TLSv1.2' as const }
}

const HTTP2: SecureServerOptions & { readonly strictSingleValueFields: boolean } = {
  allowHTTP1: true,
  settings: {
    maxConcurrentStreams: STREAMS_LIMIT,
    maxHeaderListSize: HEAD_LIMIT_BYTES,
    enablePush: false,
    enableConnectProtocol: false,
  },
  maxHeaderListPairs: HEADERS_LIMIT,
  maxSessionMemory: SESSION_MEMORY_MB,
  maxSessionInvalidFrames: INVALID_FRAMES_LIMIT,
  maxSessionRejectedStreams: REJECTED_STREAMS_LIMIT,
  streamResetBurst: RESETS_LIMIT,
  streamResetRate: RESETS_LIMIT_PER_S,
  // What a target sends twice goes on twice, as in HTTP/1.1.
  strictSingleValueFields: false,
}
