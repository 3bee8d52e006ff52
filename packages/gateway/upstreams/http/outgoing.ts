import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Digest } from '@sallyport/core/action/ids'
import type { SentBody } from '@sallyport/core/lifecycle/life'
import type { Permit } from '../../guard/permit.ts'

/** The body of a request on its way up. */
export interface Outgoing {
  readonly body: Uint8Array | Readable | null
  /** What the head says of its length, where that does not follow from the body itself. */
  readonly length: number | null
  /** What went up of a stream so far, under the nonce of its action; null where the digest of the permit covers it. */
  sent(): SentBody | null
}

export const NO_BODY: Outgoing = { body: null, length: null, sent: () => null }

/** A whole body, none, or a stream that is counted and hashed as it goes. The target sees no chunk before it was hashed. */
export function outgoing(
  body: Uint8Array | null | { readonly chunks: AsyncIterable<Uint8Array>; readonly bytes: number | null },
  { nonce }: Permit,
): Outgoing {
  if (body === null) return NO_BODY
  if (body instanceof Uint8Array) return { body, length: null, sent: () => null }
  const hash = createHash('sha256').update(nonce)
  let bytes = 0
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  return {
    body: Readable.from(counted(body.chunks), { objectMode: false }),
    length: body.bytes,
    sent: () => ({ bytes, digest: hash.copy().digest('hex') as Digest }),
  }
}
