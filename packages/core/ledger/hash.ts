import type { Sha256 } from '../given.ts'

/** 32 bytes that `parseHash` or one of the functions below has made. */
export type Hash = Uint8Array & { readonly Hash: unique symbol }

export const HASH_BYTES = 32

/** RFC 6962, section 2.1: leaves and nodes are hashed under different first bytes, so that none passes for the other. */
const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

export function leafHash(sha256: Sha256, leaf: Uint8Array): Hash {
  const input = new Uint8Array(1 + leaf.length)
  input[0] = LEAF_PREFIX
  input.set(leaf, 1)
  return sha256(input) as Hash
}

export function nodeHash(sha256: Sha256, left: Hash, right: Hash): Hash {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = NODE_PREFIX
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return sha256(input) as Hash
}

/** The root of a tree without leaves. */
export function emptyRoot(sha256: Sha256): Hash {
  return sha256(new Uint8Array(0)) as Hash
}

export function parseHash(bytes: Uint8Array): Hash | undefined {
  return bytes.length === HASH_BYTES ? (bytes as Hash) : undefined
}

/** Hashes of a public log are no secrets: this may stop at the first difference. */
export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Hashes one after another: a tile, a stored frontier. */
export function joinHashes(hashes: readonly Hash[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [index, hash] of hashes.entries()) joined.set(hash, index * HASH_BYTES)
  return joined
}

export function splitHashes(bytes: Uint8Array): readonly Hash[] | undefined {
  if (bytes.length % HASH_BYTES !== 0) return undefined
  return Array.from(
    { length: bytes.length / HASH_BYTES },
    (_, index) => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES) as Hash,
  )
}
