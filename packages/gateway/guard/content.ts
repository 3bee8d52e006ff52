/**
 * What follows the head of a message. `whole`: all of it is at hand and the digest covers it, by its hash in the message.
 * `stream`: it is sent as it comes, and nobody has seen it before; its length and hash stand in the settling leaf. `tunnel`: so
 * is this, but only while the other side talks as well, and people may be asked about it.
 */
export type Content =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream' | 'tunnel'; readonly chunks: AsyncIterable<Uint8Array> }

export const NO_CONTENT: Content = { kind: 'none' }

const LENGTH_BYTES = 4

/** What can be sealed and sent when its client is gone. */
export type Kept = Extract<Content, { readonly kind: 'none' | 'whole' }>

export function isKept(content: Content): content is Kept {
  return content.kind === 'none' || content.kind === 'whole'
}

/** A canonical action and its content in one piece, for the seal. */
export function packPayload(canonical: Uint8Array, content: Kept): Uint8Array {
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
