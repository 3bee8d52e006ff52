import { createHash, randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Header } from '@sallyport/describe/http/headers'
import type { HttpMessage } from '@sallyport/describe/http/message'
import type { Dispatcher } from 'undici'
import type { Answer, Outcome } from '../../guard/answer.ts'
import { UpstreamFailure } from '../upstream.ts'
import { exchange, type Received } from './exchange.ts'
import { veiledFrames } from './frames.ts'
import { TUNNEL_END_MS, TUNNEL_IDLE_MS, TUNNEL_LONGEST_MS } from './limits.ts'
import { NO_BODY, type Outgoing } from './outgoing.ts'
import type { Veil } from './veil.ts'

/** Our own handshake with the target (RFC 6455, 4.1). The client's key stays with the client: it is answered by us. */
export interface Handshake {
  readonly headers: readonly Header[]
  readonly accept: string
}

const KEY_BYTES = 16
/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export function newHandshake(): Handshake {
  const key = randomBytes(KEY_BYTES).toString('base64')
  return {
    headers: [
      ['sec-websocket-key', key],
      ['sec-websocket-version', '13'],
    ],
    accept: createHash('sha1').update(`${key}${GUID}`).digest('base64'),
  }
}

/** What a tunnel is opened with: the message of its permit, and what its client says once it is open. */
export interface Opening {
  readonly message: HttpMessage
  readonly handshake: Handshake
  readonly veil: Veil
  readonly up: Outgoing
  /** What becomes of an answer that opens nothing. */
  readonly ordinary: (received: Received) => Promise<Answer>
}

/** Shorter than in service. */
export type TunnelWaits = typeof WAITS

const WAITS = { idleMs: TUNNEL_IDLE_MS, longestMs: TUNNEL_LONGEST_MS, endMs: TUNNEL_END_MS }

/** One handshake on a connection of its own. A target that does not agree to it gives an answer like any other. */
export function openTunnel(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  opening: Opening,
  signal: AbortSignal,
  waits: TunnelWaits = WAITS,
): Promise<Answer> {
  const { message, handshake, ordinary } = opening
  return new Promise((resolve, reject) => {
    const switched = (headers: readonly Header[], socket: Duplex): void => {
      const wrong = disagreement(headers, handshake, message)
      if (wrong === undefined) return resolve(tunnelAnswer(headers, socket, opening, signal, waits))
      socket.on('error', () => undefined).destroy()
      reject(new UpstreamFailure(wrong, true, undefined, opening.up.sent()))
    }
    exchange(dispatcher, { ...request, upgrade: 'websocket' }, NO_BODY, signal, switched)
      .then(ordinary)
      .then(resolve, reject)
  })
}

/** RFC 6455, 4.1: why this 101 is none for our handshake. */
function disagreement(
  headers: readonly Header[],
  { accept }: Handshake,
  { headers: asked }: HttpMessage,
): string | undefined {
  if (valuesOf(headers, 'upgrade').join().toLowerCase() !== 'websocket')
    return 'the target switches to another protocol'
  if (valuesOf(headers, 'sec-websocket-accept').join() !== accept)
    return 'the target answers another handshake'
  if (valuesOf(headers, 'sec-websocket-extensions').length > 0)
    return 'the target uses an extension that nobody asked for'
  const [chosen, ...others] = valuesOf(headers, 'sec-websocket-protocol')
  if (
    others.length > 0 ||
    (chosen !== undefined && !valuesOf(asked, 'sec-websocket-protocol').includes(chosen))
  )
    return 'the target speaks a protocol that nobody asked for'
  return undefined
}

function valuesOf(headers: readonly Header[], wanted: string): readonly string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .flatMap(([, value]) => value.split(','))
    .map((value) => value.trim())
}

/** Both directions until one of them ends. Nothing of the client's goes up before somebody reads what comes down. */
function tunnelAnswer(
  headers: readonly Header[],
  socket: Duplex,
  { veil, up }: Opening,
  signal: AbortSignal,
  waits: TunnelWaits,
): Answer {
  const frames = veiledFrames(veil)
  let bytes = 0
  const cut = (): void => void socket.destroy()
  const idle = setTimeout(cut, waits.idleMs)
  const longest = setTimeout(cut, waits.longestMs)
  const outcome = new Promise<Outcome>((resolve) => {
    socket.once('close', () => {
      clearTimeout(idle)
      clearTimeout(longest)
      signal.removeEventListener('abort', cut)
      const kind = frames.closed() ? 'succeeded' : 'unknown'
      resolve({ kind, answer: { status: 101, bytes }, body: up.sent() })
    })
  })
  socket.on('error', cut)
  signal.addEventListener('abort', cut, { once: true })
  if (signal.aborted) cut()

  async function* down(): AsyncGenerator<Uint8Array> {
    void pump(up, socket, waits.endMs, () => idle.refresh())
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      idle.refresh()
      bytes += chunk.length
      const part = frames.push(chunk)
      if (part.length > 0) yield part
    }
    if (!frames.closed()) throw new Error('the tunnel broke off')
  }
  const chosen = headers
    .map(([name, value]): Header => [name.toLowerCase(), veil.text(value)])
    .filter(([name]) => name === 'sec-websocket-protocol')
  return { kind: 'http', status: 101, headers: chosen, body: down(), outcome }
}

/** What the client says, as fast as the target takes it. Its end is the end of both. */
async function pump({ body }: Outgoing, socket: Duplex, endMs: number, moved: () => void): Promise<void> {
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      moved()
      if (!socket.write(chunk)) await drained(socket)
      if (socket.destroyed) return
    }
    socket.end()
    const cut = setTimeout(() => socket.destroy(), endMs)
    socket.once('close', () => clearTimeout(cut))
  } catch {
    // The client broke off, and so does the tunnel.
    socket.destroy()
  }
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
    if (socket.destroyed) done()
  })
}
