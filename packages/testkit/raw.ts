import { connect, type Socket } from 'node:net'

/** Sends bytes as they are and gives everything that came back, once the other side has closed. */
export async function rawExchange(port: number, bytes: string): Promise<string> {
  const client = rawClient(port)
  client.send(bytes)
  return client.closed
}

/** A client that no library corrects. All text is Latin-1: one character, one byte. */
export interface RawClient {
  readonly socket: Socket
  send(bytes: string): void
  received(): string
  /** Resolves with everything when so much of it has come that the test passes. */
  until(enough: (received: string) => boolean): Promise<string>
  /** Everything, once the connection has ended. */
  readonly closed: Promise<string>
}

export function rawClient(port: number): RawClient {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const waiting = new Set<() => void>()
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    for (const look of waiting) look()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(received))
  })
  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    received: () => received,
    until: (enough) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!enough(received)) return
          waiting.delete(look)
          resolve(received)
        }
        waiting.add(look)
        void closed.then(() => reject(new Error(`closed after: ${received}`)))
        look()
      }),
    closed,
  }
}
