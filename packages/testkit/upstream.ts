import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A target that writes down every byte that reaches it, before anything tries to understand it. */
export interface RecordingUpstream {
  readonly url: string
  readonly port: number
  /** Everything that came, over all connections, in Latin-1. */
  bytes(): string
  /** The heads of the requests, in the order of their arrival. */
  requests(): readonly string[]
  connections(): number
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>
  close(): Promise<void>
}

/** What it does with a request: write, wait, or hang up. */
export type Respond = (head: string, socket: Socket) => void

/** An answer as it goes over the wire. Its length is counted. */
export function answer(body: string, headers = '', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
}

export async function recordingUpstream(
  respond: Respond = (_, socket) => void socket.write(answer('hello')),
): Promise<RecordingUpstream> {
  const chunks: Buffer[] = []
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    let pending = ''
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end)
        pending = pending.slice(end + 4)
        requests.push(head)
        for (const { count, resolve } of waiting) if (requests.length >= count) resolve()
        respond(head, socket)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    bytes: () => Buffer.concat(chunks).toString('latin1'),
    requests: () => requests,
    connections: () => connections,
    arrived: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
