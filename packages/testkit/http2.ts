import { connect, type TLSSocket } from 'node:tls'

/**
 * A client of HTTP/2 that no library corrects: frames as they are written, over TLS. Certificates are none of its concern. All
 * text is Latin-1: one character, one byte.
 */
export interface RawSession {
  readonly socket: TLSSocket
  send(...frames: readonly Buffer[]): void
  received(): readonly Frame[]
  /** Resolves with all frames when such a one has come. */
  until(enough: (frame: Frame) => boolean): Promise<readonly Frame[]>
  /** All frames, once the connection has ended. */
  readonly closed: Promise<readonly Frame[]>
}

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** RFC 9113, 6. */
export const DATA = 0x0
export const HEADERS = 0x1
export const RST_STREAM = 0x3
export const SETTINGS = 0x4
export const PING = 0x6
export const GOAWAY = 0x7
export const WINDOW_UPDATE = 0x8
export const CONTINUATION = 0x9
export const ACK = 0x1
export const END_STREAM = 0x1
export const END_HEADERS = 0x4

/** RFC 9113, 7. */
export const PROTOCOL_ERROR = 0x1
export const REFUSED_STREAM = 0x7
export const CANCEL = 0x8

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const HEAD_BYTES = 9

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export type Field = readonly [name: string, value: string]

/** A whole head in one frame. */
export function headers(stream: number, flags: number, fields: readonly Field[]): Buffer {
  return frame(HEADERS, flags | END_HEADERS, stream, hpack(fields))
}

/** RFC 7541, 6.2.2: each field for itself, nothing indexed, nothing compressed. */
export function hpack(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), ...literal(name), ...literal(value)]),
  )
}

/** RFC 7541, 5.1: a length with a prefix of seven bits. */
function literal(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < 0x7f) return [Buffer.from([bytes.length]), bytes]
  const length = [0x7f]
  let rest = bytes.length - 0x7f
  for (; rest >= 0x80; rest >>= 7) length.push((rest & 0x7f) | 0x80)
  return [Buffer.from([...length, rest]), bytes]
}

export function reset(stream: number, code: number): Buffer {
  return frame(RST_STREAM, 0, stream, number32(code))
}

/** Each setting by its number. */
export function settings(all: Readonly<Record<number, number>> = {}): Buffer {
  const one = ([id, value]: [string, number]) => [Buffer.from([0, Number(id)]), number32(value)]
  return frame(SETTINGS, 0, 0, Buffer.concat(Object.entries(all).flatMap(one)))
}

export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** With the preface and these settings of its own, if it is to say anything at all. */
export function rawSession(port: number, own: Readonly<Record<number, number>> | null = {}): RawSession {
  const socket = connect({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false })
  if (own !== null) socket.write(Buffer.concat([PREFACE, settings(own)]))
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (let next = firstFrame(pending); next !== undefined; next = firstFrame(pending)) {
      pending = pending.subarray(HEAD_BYTES + next.payload.length)
      frames.push(next)
    }
    for (const look of waiting) look()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<readonly Frame[]>((resolve) => {
    socket.on('close', () => resolve(frames))
  })
  return {
    socket,
    send: (...bytes) => void socket.write(Buffer.concat(bytes)),
    received: () => frames,
    until: (enough) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!frames.some(enough)) return
          waiting.delete(look)
          resolve(frames)
        }
        waiting.add(look)
        void closed.then(() => reject(new Error(`closed after ${frames.length} frames`)))
        look()
      }),
    closed,
  }
}

function firstFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  const length = bytes.readUIntBE(0, 3)
  if (bytes.length < HEAD_BYTES + length) return undefined
  return {
    type: bytes.readUInt8(3),
    flags: bytes.readUInt8(4),
    stream: bytes.readUInt32BE(5),
    payload: Buffer.from(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length)),
  }
}
