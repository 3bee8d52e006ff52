import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Instant } from '@sallyport/core/given'
import type { Listen } from '../config/configuration.ts'
import type { Api } from './env.ts'

/** A client that sends its head or its body by the drop is cut off. Answers may take as long as a poll or a stream does. */
const HEAD_LIMIT_MS = 10_000
const REQUEST_LIMIT_MS = 30_000
/** Longer than the idle time of common proxies, so that the proxy and not we close a connection that it is about to use. */
const KEEP_ALIVE_MS = 75_000
const HEAD_LIMIT_BYTES = 32 * 1024
const CONNECTIONS_LIMIT = 4_000

export interface ApiListening {
  readonly host: string
  readonly port: number
  /** Takes no more connections, lets what runs end until then, and then closes what is left. */
  drain(by: Instant): Promise<void>
}

export function serveApi(api: Api, { host, port }: Listen, now: () => Instant): Promise<ApiListening> {
  const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false })
  const server = createServer(
    {
      headersTimeout: HEAD_LIMIT_MS,
      requestTimeout: REQUEST_LIMIT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEAD_LIMIT_BYTES,
      requireHostHeader: true,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  server.maxConnections = CONNECTIONS_LIMIT
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      const { port } = server.address() as AddressInfo
      resolve({ host, port, drain: (by) => drained(server, by - now()) })
    })
  })
}

function drained(server: Server, waitMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), Math.max(0, waitMs))
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
