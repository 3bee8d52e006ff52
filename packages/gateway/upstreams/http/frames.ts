import { PENDING_FRAMES_LIMIT } from './limits.ts'
import type { Veil, VeiledStream } from './veil.ts'

/** What a WebSocket target says, frame by frame (RFC 6455, 5), with the credential overwritten. Lengths stay as they were. */
export interface VeiledFrames {
  /** What can go on of what came so far. Throws where it is not what a server says, or could not be looked into. */
  push(chunk: Uint8Array): Uint8Array
  /** Whether the target said that it is done, and no more after that. */
  closed(): boolean
}

interface Head {
  readonly last: boolean
  readonly opcode: number
  readonly length: number
  readonly bytes: Uint8Array
}

const CLOSE = 8
const CONTROL_LIMIT_BYTES = 125

/**
 * A message is looked into as a whole, however it is cut into frames, and what is held back of it goes on with its end: a client
 * that waits for the last byte of an answer asks for no next one. So a credential that is said in two messages is not found.
 */
export function veiledFrames(veil: Veil): VeiledFrames {
  let begun: Uint8Array = new Uint8Array()
  let frame: Head | null = null
  let left = 0
  let message: VeiledStream | null = null
  let control: Uint8Array[] = []
  let isClosed = false
  let isBroken = false
  const out = inOrder()

  const begin = (head: Head): void => {
    if (!isControl(head) && (head.opcode === 0) !== (message !== null))
      throw new Error('the frames of the target are out of order')
    frame = head
    left = head.length
    out.between(head.bytes)
    if (!isControl(head)) message ??= veil.stream()
  }
  const take = (head: Head, part: Uint8Array): void => {
    left -= part.length
    if (isControl(head)) control.push(part)
    else if (message !== null) out.said(part.length, message.push(part))
    if (left > 0) return
    frame = null
    if (isControl(head)) {
      out.between(veiled(veil, control))
      control = []
      isClosed = head.opcode === CLOSE
    } else if (head.last && message !== null) {
      out.said(0, message.end())
      message = null
    }
  }
  return {
    push(chunk) {
      let bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk])
      for (;;) {
        if (frame === null) {
          isBroken = isClosed && bytes.length > 0
          if (isBroken) throw new Error('the target says more after its end')
          const head = readHead(bytes)
          begun = head === undefined ? bytes : new Uint8Array()
          if (head === undefined) return out.taken()
          bytes = bytes.subarray(head.bytes.length)
          begin(head)
          if (head.length === 0) take(head, new Uint8Array())
        } else {
          if (bytes.length === 0) return out.taken()
          const part = bytes.subarray(0, left)
          bytes = bytes.subarray(part.length)
          take(frame, part)
        }
      }
    },
    closed: () => isClosed && !isBroken,
  }
}

/** The head of the next frame, once all of it is there. */
function readHead(bytes: Uint8Array): Head | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  const last = first >= 0x80
  const opcode = first & 0x0f
  const short = second & 0x7f
  // Only a negotiated extension sets these bits, such as compression, and none is.
  if ((first & 0x70) !== 0) throw new Error('the target uses an extension that nobody agreed on')
  // Masked bytes are not as they look: behind a mask that it chooses, a target could say anything (RFC 6455, 5.1).
  if (second >= 0x80) throw new Error('the target masks its frames')
  if (![0, 1, 2, 8, 9, 10].includes(opcode)) throw new Error('the target sends frames that nobody knows')
  if (opcode >= CLOSE && (!last || short > CONTROL_LIMIT_BYTES))
    throw new Error('the target sends a control frame that is none')
  const extendedBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  if (bytes.length < 2 + extendedBytes) return undefined
  const head = bytes.slice(0, 2 + extendedBytes)
  const length = head.subarray(2).reduce((sum, byte) => sum * 256 + byte, 0)
  if (length > Number.MAX_SAFE_INTEGER) throw new Error('the target sends a frame without an end')
  return { last, opcode, length: extendedBytes === 0 ? short : length, bytes: head }
}

function isControl({ opcode }: Head): boolean {
  return opcode >= CLOSE
}

function veiled(veil: Veil, parts: readonly Uint8Array[]): Uint8Array {
  const stream = veil.stream()
  const bytes = [stream.push(Buffer.concat(parts)), stream.end()]
  return Buffer.concat(bytes)
}

/** Puts heads and control frames back between the bytes of messages, of which the veil may hold back the latest. */
function inOrder() {
  const waiting: { readonly after: number; readonly bytes: Uint8Array }[] = []
  let ready: Uint8Array[] = []
  let came = 0
  let went = 0
  return {
    between(bytes: Uint8Array): void {
      if (came === went) return void ready.push(bytes)
      // Empty frames could otherwise be piled up here for ever.
      if (waiting.length >= PENDING_FRAMES_LIMIT) throw new Error('the target sends too many frames at once')
      waiting.push({ after: came, bytes })
    },
    /** So many bytes of a message came, and these went. */
    said(cameBytes: number, part: Uint8Array): void {
      came += cameBytes
      let rest = part
      for (let next = waiting[0]; next !== undefined && next.after <= went + rest.length; next = waiting[0]) {
        waiting.shift()
        const before = rest.subarray(0, next.after - went)
        ready.push(before, next.bytes)
        went += before.length
        rest = rest.subarray(before.length)
      }
      ready.push(rest)
      went += rest.length
    },
    taken(): Uint8Array {
      const bytes = Buffer.concat(ready)
      ready = []
      return bytes
    },
  }
}
