import type { Sha256 } from '../given.ts'
import { emptyRoot, type Hash, nodeHash, sameHash } from './hash.ts'
import { type NodeReader, perfectSubtrees, rootOf } from './tree.ts'

/**
 * Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2). Both are a way down the tree: at each fork one side
 * is entered and the root of the other is an element of the proof. Proofs list them from the bottom up.
 */

export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** The hashes from the leaf's sibling up to the root's child. */
export function proveInclusion(
  sha256: Sha256,
  index: number,
  size: number,
  read: NodeReader,
): Promise<readonly Hash[]> {
  if (!isWithin(index, size)) throw new Error(`no leaf ${index} in a tree of ${size}`)
  return rootsOf(sha256, descend('leaf', index + 1, size).passed, read)
}

export function isIncluded(
  sha256: Sha256,
  leaf: Hash,
  index: number,
  head: TreeHead,
  proof: readonly Hash[],
): boolean {
  if (!isWithin(index, head.size)) return false
  const { passed } = descend('leaf', index + 1, head.size)
  if (passed.length !== proof.length) return false
  const root = proof.reduce(
    (hash, sibling, i) =>
      passed[i]?.side === 'left' ? nodeHash(sha256, sibling, hash) : nodeHash(sha256, hash, sibling),
    leaf,
  )
  return sameHash(root, head.root)
}

/** That the tree of `oldSize` leaves is the beginning of the tree of `size`. */
export function proveConsistency(
  sha256: Sha256,
  oldSize: number,
  size: number,
  read: NodeReader,
): Promise<readonly Hash[]> {
  if (oldSize > size) throw new Error(`a tree of ${oldSize} leaves is not the beginning of one of ${size}`)
  if (oldSize === 0) return Promise.resolve([])
  const { begin, passed } = descend('subtree', oldSize, size)
  const known: readonly Part[] = begin === 0 ? [] : [{ side: 'left', begin, end: oldSize }]
  return rootsOf(sha256, [...known, ...passed], read)
}

export function isConsistent(sha256: Sha256, old: TreeHead, head: TreeHead, proof: readonly Hash[]): boolean {
  if (old.size > head.size) return false
  if (old.size === 0)
    return proof.length === 0 && isEmpty(sha256, old) && (head.size > 0 || isEmpty(sha256, head))
  const { begin, passed } = descend('subtree', old.size, head.size)
  const siblings = begin === 0 ? proof : proof.slice(1)
  // Where the old tree is a perfect subtree of the new one its root starts both sums, else the proof names their common start.
  const start = begin === 0 ? old.root : proof[0]
  if (start === undefined || siblings.length !== passed.length) return false
  let oldRoot = start
  let root = start
  for (const [i, sibling] of siblings.entries()) {
    if (passed[i]?.side === 'left') {
      oldRoot = nodeHash(sha256, sibling, oldRoot)
      root = nodeHash(sha256, sibling, root)
    } else {
      root = nodeHash(sha256, root, sibling)
    }
  }
  return sameHash(oldRoot, old.root) && sameHash(root, head.root)
}

function isEmpty(sha256: Sha256, { size, root }: TreeHead): boolean {
  return size === 0 && sameHash(root, emptyRoot(sha256))
}

/** The leaves from `begin` to before `end`, and on which side of the way they lie. */
interface Part {
  readonly side: 'left' | 'right'
  readonly begin: number
  readonly end: number
}

/**
 * The way from the root of a tree of `size` leaves to the leaf before `end`, or to the first subtree on it that ends there.
 * `passed` are the sides not entered, from the bottom up; `begin` is the first leaf below the end of the way.
 */
function descend(
  goal: 'leaf' | 'subtree',
  end: number,
  size: number,
): { readonly begin: number; readonly passed: readonly Part[] } {
  const passed: Part[] = []
  let from = 0
  let to = size
  while (goal === 'leaf' ? to - from > 1 : to !== end) {
    const fork = from + largestPowerOfTwoBelow(to - from)
    if (end <= fork) {
      passed.push({ side: 'right', begin: fork, end: to })
      to = fork
    } else {
      passed.push({ side: 'left', begin: from, end: fork })
      from = fork
    }
  }
  return { begin: from, passed: passed.reverse() }
}

/** All nodes of all parts in one read: a store answers it with one query. */
async function rootsOf(sha256: Sha256, parts: readonly Part[], read: NodeReader): Promise<readonly Hash[]> {
  const ids = parts.map(({ begin, end }) => perfectSubtrees(begin, end))
  const hashes = await read(ids.flat())
  let at = 0
  return ids.map(({ length }) => {
    at += length
    return rootOf(sha256, hashes.slice(at - length, at))
  })
}

function largestPowerOfTwoBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

function isWithin(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && index >= 0 && index < size
}
