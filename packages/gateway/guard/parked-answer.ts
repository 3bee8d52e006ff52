import type { Answer } from './answer.ts'

/** A larger answer of a parked action is not kept: it would have to be held in memory to be sealed. */
const PARKED_ANSWER_LIMIT_BYTES: number = 4 * 1024 * 1024

const HEAD_LENGTH_BYTES = 4
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Reads an answer to its end and makes one piece of it, ready to be sealed. Null where it is too large or broke off. */
export async function packAnswer(answer: Answer): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length
      if (bytes <= PARKED_ANSWER_LIMIT_BYTES) chunks.push(chunk)
    }
  } catch {
    // The outcome says that it broke off; half an answer would look like a whole one.
    return null
  }
  if (bytes > PARKED_ANSWER_LIMIT_BYTES) return null
  const head = encoder.encode(JSON.stringify({ status: answer.status, headers: answer.headers }))
  const packed = new Uint8Array(HEAD_LENGTH_BYTES + head.length + bytes)
  new DataView(packed.buffer).setUint32(0, head.length)
  packed.set(head, HEAD_LENGTH_BYTES)
  let at = HEAD_LENGTH_BYTES + head.length
  for (const chunk of chunks) {
    packed.set(chunk, at)
    at += chunk.length
  }
  return packed
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
