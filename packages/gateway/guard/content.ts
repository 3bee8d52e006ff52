/**
 * What follows the head of a message. `whole`: all of it is at hand and the digest covers it, by its hash in the message.
 * `stream`: it is sent as it comes, and nobody has seen it before; its length and hash stand in the settling leaf.
 */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly chunks: AsyncIterable<Uint8Array> }

export const NO_CONTENT: Content = { kind: 'none' }

const LENGTH_BYTES = 4

/** A canonical action and its content in one piece, for the seal. A stream is never kept: nobody could decide on it. */
export function packPayload(canonical: Uint8Array, content: Content): Uint8Array {
  const body = content.kind === 'whole' ? content.bytes : new Uint8Array()
  const packed = new Uint8Array(LENGTH_BYTES + canonical.length + body.length)
  new DataView(packed.buffer).setUint32(0, canonical.length)
  packed.set(canonical, LENGTH_BYTES)
  packed.set(body, LENGTH_BYTES + canonical.length)
  return packed
}

export function unpackPayload(packed: Uint8Array): {
  readonly canonical: Uint8Array
  readonly content: Content
} {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0)
  const body = packed.subarray(LENGTH_BYTES + length)
  return {
    canonical: packed.subarray(LENGTH_BYTES, LENGTH_BYTES + length),
    content: body.length === 0 ? NO_CONTENT : { kind: 'whole', bytes: body },
  }
}
