import type { Sha256 } from '../given.ts'
import { emptyRoot, type Hash, nodeHash } from './hash.ts'

/**
 * The Merkle tree of RFC 6962, seen by its writer: what is kept to go on (`Frontier`) and what is kept to prove (`StoredNode`).
 * Indexes are plain numbers and are divided, not shifted: a shift would cut them to 32 bits.
 */

/** The perfect subtree of 2^level leaves that begins at leaf `index` · 2^level. */
export interface NodeId {
  readonly level: number
  readonly index: number
}

export interface StoredNode extends NodeId {
  readonly hash: Hash
}

/** All that a writer needs to append: the roots of the perfect subtrees of the tree so far, the largest first. */
export interface Frontier {
  readonly size: number
  readonly peaks: readonly Hash[]
}

/** Reads the hashes of these perfect subtrees, in the order asked. It rejects when one is not there. */
export type NodeReader = (ids: readonly NodeId[]) => Promise<readonly Hash[]>

/** Every so many levels a node is stored: the ones that tlog-tiles serve. Those between are hashed from at most 128 of them. */
export const STORED_LEVELS = 8

export const MAX_TREE_SIZE: number = Number.MAX_SAFE_INTEGER

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] }

/** The frontier after these leaves, and the nodes to store with it: the leaf hashes themselves are those of level 0. */
export function append(
  sha256: Sha256,
  frontier: Frontier,
  leafHashes: readonly Hash[],
): { readonly frontier: Frontier; readonly nodes: readonly StoredNode[] } {
  const peaks = [...frontier.peaks]
  const nodes: StoredNode[] = []
  let { size } = frontier
  if (size + leafHashes.length > MAX_TREE_SIZE) throw new Error('the log is full')
  for (const leaf of leafHashes) {
    let hash = leaf
    let index = size
    for (let level = 0; ; level++) {
      if (level % STORED_LEVELS === 0) nodes.push({ level, index, hash })
      if (index % 2 === 0) break
      hash = nodeHash(sha256, popPeak(peaks), hash)
      index = (index - 1) / 2
    }
    peaks.push(hash)
    size++
  }
  return { frontier: { size, peaks }, nodes }
}

/** Also of the peaks of a part: RFC 6962 joins them from the right. */
export function rootOf(sha256: Sha256, peaks: readonly Hash[]): Hash {
  const last = peaks.at(-1)
  if (last === undefined) return emptyRoot(sha256)
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(sha256, left, right), last)
}

/** The frontier of the first `size` leaves, out of stored nodes: how a writer goes on after a restart. */
export async function frontierAt(size: number, read: NodeReader): Promise<Frontier> {
  return { size, peaks: await read(perfectSubtrees(0, size)) }
}

/** The perfect subtrees that make up the leaves from `begin` to before `end`, where `begin` is a multiple of the largest of them. */
export function perfectSubtrees(begin: number, end: number): readonly NodeId[] {
  const ids: NodeId[] = []
  for (let at = begin; at < end; ) {
    let level = 0
    while (2 ** (level + 1) <= end - at) level++
    ids.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return ids
}

function popPeak(peaks: Hash[]): Hash {
  const peak = peaks.pop()
  if (peak === undefined) throw new Error('a frontier with fewer peaks than its size has')
  return peak
}
