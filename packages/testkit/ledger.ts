import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import type { Sha256 } from '@sallyport/core/given'
import { CHECKPOINT_PATH, signCheckpoint } from '@sallyport/core/ledger/checkpoint'
import { type Hash, leafHash } from '@sallyport/core/ledger/hash'
import {
  type Ed25519Verify,
  keyOf,
  type Signer,
  signerOf,
  type Verifier,
  verifierOf,
} from '@sallyport/core/ledger/note'
import {
  encodeEntries,
  encodeTile,
  firstNode,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '@sallyport/core/ledger/tile'
import { append, EMPTY_FRONTIER, type Frontier, type NodeReader, rootOf } from '@sallyport/core/ledger/tree'

/** What the tests of the ledger share: engines, a key from a seed, a tree in memory, and the tree hash spelled as RFC 6962 defines it. */

export const sha256: Sha256 = (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer'))

export const ed25519Verify: Ed25519Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, message, key, signature)
}

/** PKCS #8 around a raw Ed25519 seed (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export function keyPair(name: string, seed: string): { signer: Signer; verifier: Verifier; raw: Uint8Array } {
  const der = Buffer.concat([PKCS8_HEAD, sha256(utf8(seed))])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
  const identity = keyOf(sha256, name, raw)
  return {
    signer: signerOf(identity, (message) => sign(null, message, key)),
    verifier: verifierOf(identity, ed25519Verify),
    raw,
  }
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function leaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => utf8(`leaf ${index}`))
}

export function grow(entries: readonly Uint8Array[], batch = entries.length): TreeInMemory {
  const nodes = new Map<string, Hash>()
  let frontier: Frontier = EMPTY_FRONTIER
  for (let at = 0; at < entries.length; at += batch) {
    const hashes = entries.slice(at, at + batch).map((entry) => leafHash(sha256, entry))
    const appended = append(sha256, frontier, hashes)
    for (const { level, index, hash } of appended.nodes) nodes.set(`${level}/${index}`, hash)
    frontier = appended.frontier
  }
  return { frontier, nodes }
}

export interface TreeInMemory {
  readonly frontier: Frontier
  /** By `level/index`: what a store would keep. */
  readonly nodes: ReadonlyMap<string, Hash>
}

export function neighbours(tree: TreeInMemory, level: number, index: number, count: number): readonly Hash[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = tree.nodes.get(`${level}/${index + i}`)
    if (hash === undefined) throw new Error(`no node ${level}/${index + i}`)
    return hash
  })
}

/** MTH of RFC 6962, section 2.1, word by word: the oracle. It shares no line with the code under test but the engine. */
export function treeHash(entries: readonly Uint8Array[]): Uint8Array {
  const [first] = entries
  if (first === undefined) return sha256(new Uint8Array(0))
  if (entries.length === 1) return sha256(Buffer.concat([Buffer.of(0), first]))
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return sha256(Buffer.concat([Buffer.of(1), treeHash(entries.slice(0, k)), treeHash(entries.slice(k))]))
}

/** Every node by itself, from the entries and hashed once: a reader for proofs that owes nothing to tiles. */
export function naiveReader(entries: readonly Uint8Array[]): NodeReader {
  const nodes = new Map<string, Hash>()
  return async (ids) =>
    ids.map(({ level, index }) => {
      const key = `${level}/${index}`
      const hash =
        nodes.get(key) ?? (treeHash(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)) as Hash)
      nodes.set(key, hash)
      return hash
    })
}

/** All files of a log as tlog-tiles lays them out, under a checkpoint of these signers. */
export function publish(
  origin: string,
  entries: readonly Uint8Array[],
  signers: readonly Signer[],
): Map<string, Uint8Array> {
  const tree = grow(entries)
  const size = entries.length
  const files = new Map<string, Uint8Array>()
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    for (let index = 0; tileWidth(level, index, size) > 0; index++) {
      const tile = { kind: 'hashes', level, index, width: tileWidth(level, index, size) } as const
      const first = firstNode(tile)
      files.set(tilePath(tile), encodeTile(neighbours(tree, first.level, first.index, tile.width)))
    }
  }
  for (let index = 0; tileWidth(0, index, size) > 0; index++) {
    const tile = { kind: 'entries', index, width: tileWidth(0, index, size) } as const
    const begin = index * TILE_WIDTH
    files.set(tilePath(tile), encodeEntries(entries.slice(begin, begin + tile.width)))
  }
  const root = rootOf(sha256, tree.frontier.peaks)
  files.set(CHECKPOINT_PATH, utf8(signCheckpoint({ origin, size, root, extensions: [] }, signers)))
  return files
}
