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
  /** Their bodies, chunks put together, in Latin-1. */
  bodies(): readonly string[]
  connections(): number
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>
  close(): Promise<void>
}

/** What it does with a request that has come whole: write, wait, or hang up. */
export type Respond = (head: string, socket: Socket, body: string) => void

/** An answer as it goes over the wire. Its length is counted. */
export function answer(body: string, headers = '', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
}

export async function recordingUpstream(
  respond: Respond = (_, socket) => void socket.write(answer('hello')),
): Promise<RecordingUpstream> {
  const chunks: Buffer[] = []
  const requests: string[] = []
  const bodies: string[] = []
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
      for (let next = firstRequest(pending); next !== undefined; next = firstRequest(pending)) {
        pending = next.rest
        requests.push(next.head)
        bodies.push(next.body)
        for (const { count, resolve } of waiting) if (requests.length >= count) resolve()
        respond(next.head, socket, next.body)
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
    bodies: () => bodies,
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

interface Taken {
  readonly head: string
  readonly body: string
  readonly rest: string
}

/** The first whole request, by the letter of RFC 9112 and no more lenient than that. */
function firstRequest(bytes: string): Taken | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.slice(0, end)
  const rest = bytes.slice(end + 4)
  if (/^transfer-encoding: chunked$/im.test(head)) return dechunked(head, rest)
  const length = Number(/^content-length: ([0-9]+)$/im.exec(head)?.[1] ?? 0)
  return rest.length < length ? undefined : { head, body: rest.slice(0, length), rest: rest.slice(length) }
}

function dechunked(head: string, bytes: string): Taken | undefined {
  let body = ''
  let rest = bytes
  for (;;) {
    const line = rest.indexOf('\r\n')
    if (line < 0) return undefined
    const size = Number.parseInt(rest.slice(0, line), 16)
    const after = line + 2 + size + 2
    if (rest.length < after) return undefined
    body += rest.slice(line + 2, line + 2 + size)
    rest = rest.slice(after)
    if (size === 0) return { head, body, rest }
  }
}
