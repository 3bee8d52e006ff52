import { claim } from '@sallyport/testkit/claim'
import {
  grow,
  leaves,
  naiveReader,
  neighbours,
  sha256,
  type TreeInMemory,
  treeHash,
} from '@sallyport/testkit/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex } from '../action/digest.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type Hash, leafHash } from './hash.ts'
import { isConsistent, isIncluded, proveConsistency, proveInclusion } from './path.ts'
import { firstNode, nodesFromTiles } from './tile.ts'
import { frontierAt, type NodeReader, rootOf } from './tree.ts'
import specifications from './vectors/specifications.json' with { type: 'json' }
import xMod from './vectors/x-mod.json' with { type: 'json' }

const SMALL = 40
const ENTRIES = leaves(70_000)
const TREE = grow(ENTRIES)
const HASHES = ENTRIES.slice(0, 300).map((entry) => leafHash(sha256, entry))

function reader(tree: TreeInMemory, size: number): NodeReader {
  return nodesFromTiles(sha256, size, async (tile) => {
    const { level, index } = firstNode(tile)
    return neighbours(tree, level, index, tile.width)
  })
}

async function headOf(size: number): Promise<{ size: number; root: Hash }> {
  return { size, root: rootOf(sha256, (await frontierAt(size, reader(TREE, size))).peaks) }
}

const hashLines = (proof: readonly Uint8Array[]): string[] => proof.map(toBase64)
const parse = (line: string): Hash => fromBase64(line) as Hash

describe('the tree', () => {
  test('has the roots that RFC 6962 implementations agree on', () => {
    const entries = specifications.rfc6962.leaves.map((text) => Buffer.from(text, 'hex'))
    for (const [size, root] of specifications.rfc6962.roots.entries()) {
      const { peaks } = grow(entries.slice(0, size)).frontier
      expect(hex(rootOf(sha256, peaks))).toBe(root)
    }
  })

  test(
    claim('L2', 'core', 'has the roots, inclusion and consistency proofs of an independent implementation'),
    async () => {
      for (const { size, root } of xMod.roots) expect(toBase64((await headOf(size)).root)).toBe(root)
      for (const { index, size, proof } of xMod.inclusion) {
        expect(hashLines(await proveInclusion(sha256, index, size, reader(TREE, size)))).toEqual(proof)
        const leaf = leafHash(sha256, ENTRIES[index] ?? new Uint8Array())
        expect(isIncluded(sha256, leaf, index, await headOf(size), proof.map(parse))).toBe(true)
      }
      for (const { old, size, proof } of xMod.consistency) {
        expect(hashLines(await proveConsistency(sha256, old, size, reader(TREE, size)))).toEqual(proof)
        expect(isConsistent(sha256, await headOf(old), await headOf(size), proof.map(parse))).toBe(true)
      }
    },
  )

  test('is the same however its leaves were batched, and goes on from stored nodes after any of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 600 }), fc.integer({ min: 1, max: 300 }), async (size, batch) => {
        const tree = grow(ENTRIES.slice(0, size), batch)
        expect(rootOf(sha256, tree.frontier.peaks)).toEqual(treeHash(ENTRIES.slice(0, size)))
        expect(await frontierAt(size, reader(tree, size))).toEqual(tree.frontier)
      }),
      { numRuns: 60 },
    )
  })

  test('stores nothing but the levels that are served', () => {
    const levels = new Set([...TREE.nodes.keys()].map((key) => Number(key.split('/')[0])))
    expect([...levels]).toEqual([0, 8, 16])
    expect(TREE.nodes.size).toBe(70_000 + 273 + 1)
  })
})

describe('an inclusion proof', () => {
  test('holds for every leaf of every tree of up to 300 leaves', async () => {
    const read = naiveReader(ENTRIES)
    for (let size = 0; size <= 300; size++) {
      const head = { size, root: treeHash(ENTRIES.slice(0, size)) as Hash }
      for (const [index, leaf] of HASHES.slice(0, size).entries()) {
        const proof = await proveInclusion(sha256, index, size, read)
        if (!isIncluded(sha256, leaf, index, head, proof)) expect.fail(`leaf ${index} of ${size}`)
      }
    }
  })

  test('fails with any bit changed, for another leaf, index or size, and with a hash more or less', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, i, bit) => {
        const index = i % size
        const head = await headOf(size)
        const leaf = HASHES[index] as Hash
        const proof = await proveInclusion(sha256, index, size, reader(TREE, size))
        const included = (l: Hash, x: number, p: readonly Hash[]): boolean =>
          isIncluded(sha256, l, x, head, p)
        expect(included(leaf, index, proof)).toBe(true)
        expect(included(leaf, index, flipped(proof, bit))).toBe(false)
        expect(included(HASHES[(index + 1) % size] as Hash, index, proof)).toBe(false)
        expect(included(leaf, (index + 1) % size, proof)).toBe(false)
        expect(included(leaf, -1, proof)).toBe(false)
        expect(included(leaf, index + 0.5, proof)).toBe(false)
        expect(included(leaf, index, proof.slice(1))).toBe(false)
        expect(included(leaf, index, [...proof, leaf])).toBe(false)
        expect(isIncluded(sha256, leaf, index, { size: size * 2, root: head.root }, proof)).toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a consistency proof', () => {
  test('holds between all small trees, as the naive tree hash has them', async () => {
    const read = naiveReader(ENTRIES)
    const heads = Array.from({ length: SMALL + 1 }, (_, size) => ({
      size,
      root: treeHash(ENTRIES.slice(0, size)) as Hash,
    }))
    for (const head of heads)
      for (const old of heads.slice(0, head.size + 1)) {
        const proof = await proveConsistency(sha256, old.size, head.size, read)
        if (!isConsistent(sha256, old, head, proof)) expect.fail(`${old.size} in ${head.size}`)
      }
  })

  test('fails with any bit changed, for another root on either side, and backwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, o, bit) => {
        const oldSize = 1 + (o % (size - 1))
        const [old, head, other] = await Promise.all([headOf(oldSize), headOf(size), headOf(301)])
        const proof = await proveConsistency(sha256, oldSize, size, reader(TREE, size))
        expect(isConsistent(sha256, old, head, proof)).toBe(true)
        expect(isConsistent(sha256, old, head, flipped(proof, bit))).toBe(false)
        expect(isConsistent(sha256, old, head, proof.slice(1))).toBe(false)
        expect(isConsistent(sha256, old, head, [...proof, old.root])).toBe(false)
        expect(isConsistent(sha256, { ...old, root: other.root }, head, proof)).toBe(false)
        expect(isConsistent(sha256, old, { ...head, root: other.root }, proof)).toBe(false)
        expect(isConsistent(sha256, head, old, proof)).toBe(false)
      }),
      { numRuns: 100 },
    )
  })

  test('says of the empty tree that every tree continues it, but only under its own root', async () => {
    const empty = { size: 0, root: treeHash([]) as Hash }
    expect(isConsistent(sha256, empty, await headOf(7), [])).toBe(true)
    const wrong = { ...empty, root: (await headOf(1)).root }
    expect(isConsistent(sha256, wrong, await headOf(7), [])).toBe(false)
    expect(isConsistent(sha256, empty, wrong, [])).toBe(false)
  })
})

/** The hashes with one bit of one of them changed. */
function flipped(hashes: readonly Hash[], bit: number): readonly Hash[] {
  return hashes.map((hash, i) => {
    if (i !== bit % hashes.length) return hash
    const copy = Uint8Array.from(hash)
    const at = Math.floor(bit / 8) % copy.length
    copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8))
    return copy as Hash
  })
}
