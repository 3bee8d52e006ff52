import type { RanView } from '@sallyport/contract/action'
import type { Answer } from '../guard/answer.ts'

/** A handle's answer is held in memory to become JSON. What is longer goes through the door of its protocol. */
const GATHERED_LIMIT_BYTES: number = 1024 * 1024

/** The answer of an action that ran at once. It is read to its end, also past the limit: the target sends it whole. */
export async function gathered({ status, headers, body }: Answer): Promise<RanView['answer']> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    const room = GATHERED_LIMIT_BYTES - sizeBytes
    if (room > 0) chunks.push(chunk.subarray(0, room))
    sizeBytes += chunk.length
  }
  const bytes = Buffer.concat(chunks)
  const cut = sizeBytes > GATHERED_LIMIT_BYTES
  const contentType = headers.find(([name]) => name === 'content-type')?.[1] ?? null
  const text = asText(bytes)
  return text === null
    ? { status, contentType, encoding: 'base64', body: bytes.toString('base64'), cut }
    : { status, contentType, encoding: 'utf-8', body: text, cut }
}

function asText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

export function asStream(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return ReadableStream.from(body)
}
