import type { Answer } from './answer.ts'
import type { Timer } from './parts.ts'

/** A larger answer of a parked action is not kept: it would have to be held in memory to be sealed. */
export const PARKED_ANSWER_LIMIT_BYTES: number = 4 * 1024 * 1024
/**
 * So much of it is read, and for so long: a target may end what it says as it means to, and no client is there that could
 * leave one which never does.
 */
export const PARKED_ANSWER_READ_LIMIT_BYTES: number = 16 * 1024 * 1024
export const PARKED_ANSWER_READ_LIMIT_MS: number = 10 * 60_000

const HEAD_LENGTH_BYTES = 4
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Reads an answer to its end and makes one piece of it, ready to be sealed. Null where it is too large or broke off, `left`
 * where it went on and on. `cut` ends the exchange.
 */
export async function packAnswer(
  answer: Answer,
  timer: Timer,
  cut: () => void,
): Promise<Uint8Array | 'left' | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const patient = timer(PARKED_ANSWER_READ_LIMIT_MS, cut)
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length
      if (bytes > PARKED_ANSWER_READ_LIMIT_BYTES) return 'left'
      if (bytes <= PARKED_ANSWER_LIMIT_BYTES) chunks.push(chunk)
    }
  } catch {
    // The outcome says that it broke off; half an answer would look like a whole one.
    return null
  } finally {
    patient()
  }
  return bytes > PARKED_ANSWER_LIMIT_BYTES ? null : packed(answer, chunks, bytes)
}

function packed(answer: Answer, chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const head = encoder.encode(JSON.stringify({ status: answer.status, headers: answer.headers }))
  const whole = new Uint8Array(HEAD_LENGTH_BYTES + head.length + bytes)
  new DataView(whole.buffer).setUint32(0, head.length)
  whole.set(head, HEAD_LENGTH_BYTES)
  let at = HEAD_LENGTH_BYTES + head.length
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** The answer as it came. What is unpacked was sealed by us, so that its form needs no second look. */
export function unpackAnswer(packed: Uint8Array): Answer {
  const headLength = new DataView(packed.buffer, packed.byteOffset).getUint32(0)
  const bodyAt = HEAD_LENGTH_BYTES + headLength
  const head = JSON.parse(decoder.decode(packed.subarray(HEAD_LENGTH_BYTES, bodyAt))) as Pick<
    Answer,
    'status' | 'headers'
  >
  const body = packed.subarray(bodyAt)
  return {
    kind: 'http',
    ...head,
    body: once(body),
    outcome: Promise.resolve({
      kind: 'succeeded',
      answer: { status: head.status, bytes: body.length },
      body: null,
    }),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
