import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** A WebSocket server as applications have it: `ws`, which would compress if it were asked to, and speaks `v1` or `v2`. */
export interface WebSocketTarget {
  readonly url: string
  /** The handshakes that came. */
  handshakes(): readonly IncomingMessage[]
  /** The connections that are open. */
  open(): number
  close(): Promise<void>
}

export async function webSocketTarget(
  onOpen: (socket: WebSocket, handshake: IncomingMessage) => void = echo,
): Promise<WebSocketTarget> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: { threshold: 0 } })
  const handshakes: IncomingMessage[] = []
  server.on('connection', (socket, handshake) => {
    handshakes.push(handshake)
    socket.on('error', () => undefined)
    onOpen(socket, handshake)
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    handshakes: () => handshakes,
    open: () => server.clients.size,
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function echo(socket: WebSocket): void {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
}

/** The next message, as text. */
export async function said(client: WebSocket): Promise<string> {
  const [data] = (await once(client, 'message')) as [Buffer]
  return data.toString()
}

/** What a client hears that gets no 101. */
export async function refusedBy(
  client: WebSocket,
): Promise<{ status: number; body: string; head: IncomingMessage }> {
  const [, head] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage]
  let body = ''
  for await (const chunk of head) body += String(chunk)
  return { status: head.statusCode ?? 0, body, head }
}

/** The action of a tunnel that is open. */
export async function opened(client: WebSocket): Promise<string> {
  const [[head]] = (await Promise.all([once(client, 'upgrade'), once(client, 'open')])) as [
    [IncomingMessage],
    unknown,
  ]
  return String(head.headers['sallyport-action'])
}
