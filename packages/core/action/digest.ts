import type { Sha256 } from '../given.ts'
import { canonicalBytes, type Json } from './canonical.ts'
import type { Digest, Shape } from './ids.ts'

/** 32 random bytes an action: without them nobody can try likely actions against a digest in the record. */
export type Nonce = Uint8Array & { readonly Nonce: unique symbol }

export const NONCE_BYTES = 32

/** Draws the nonce of one action. */
export function drawNonce(random: (n: number) => Uint8Array): Nonce {
  return random(NONCE_BYTES) as Nonce
}

/** SHA-256 over the nonce and the canonical action: of fixed length, so that no byte can move from one to the other. */
export function digestOf(sha256: Sha256, nonce: Nonce, canonical: Uint8Array): Digest {
  if (nonce.length !== NONCE_BYTES) throw new Error(`a nonce has ${NONCE_BYTES} bytes`)
  const joined = new Uint8Array(NONCE_BYTES + canonical.length)
  joined.set(nonce)
  joined.set(canonical, NONCE_BYTES)
  return hex(sha256(joined)) as Digest
}

/** The digest of facts and of the resource as configured. It has no nonce on purpose: it is compared across actions, and it covers no value. */
export function shapeOf(sha256: Sha256, facts: object): Shape {
  return hex(sha256(canonicalBytes(facts))) as Shape
}

/** The digest of public text: a policy set, a directory, a card. */
export function contentDigest(sha256: Sha256, content: Json | object): Digest {
  return hex(sha256(canonicalBytes(content))) as Digest
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}
