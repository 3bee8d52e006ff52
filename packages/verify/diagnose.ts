import type { Sha256 } from '@sallyport/core/given'
import type { Checkpoint } from '@sallyport/core/ledger/checkpoint'
import { type Hash, leafHash, sameHash } from '@sallyport/core/ledger/hash'
import { type HashTile, rootOfHashes, TILE_WIDTH, tilePath, tileWidth } from '@sallyport/core/ledger/tile'
import {
  append,
  EMPTY_FRONTIER,
  type Frontier,
  rootOf,
  STORED_LEVELS,
  type StoredNode,
} from '@sallyport/core/ledger/tree'
import type { LogFiles } from './files.ts'
import { type Finding, finding, type LeafSpan } from './finding.ts'
import { type HeldTile, leafTiles, type WrongTile } from './signed-tiles.ts'

/** Something does not fit; what exactly? All of this reads the log once more: it runs only where there is something to name. */

/** Leaf `at` is not the signed one, and all before it are: looks where each of the two stands otherwise. */
export async function nameLeaf(
  sha256: Sha256,
  files: LogFiles,
  edge: readonly HeldTile[],
  at: number,
  signed: Hash,
  found: Uint8Array | undefined,
): Promise<Finding> {
  const now = await servedAt(sha256, files, at + 1, signed)
  if (found === undefined) {
    if (now !== null) return finding('reordered', at, `leaf ${at} stands at ${now}`)
    return nameGap(sha256, files, at)
  }
  const before = await signedAt(sha256, files, edge, leafHash(sha256, found))
  if (before === null) {
    return now === null
      ? finding('edited', at, `leaf ${at} is not the one that was signed`)
      : finding('inserted', at, `a leaf that was never signed stands before leaf ${at}`)
  }
  if (before < at) return finding('duplicated', at, `leaf ${before} stands again in the place of leaf ${at}`)
  return now === null
    ? finding('deleted', at, `leaf ${at} is missing: leaf ${before} stands in its place`)
    : finding('reordered', at, `leaf ${at} stands at ${now}, and leaf ${before} in its place`)
}

/** A tile that does not make its signed hash, although all above it fits: is it the tile, or what lies below it? */
export async function nameTile(sha256: Sha256, files: LogFiles, wrong: WrongTile): Promise<Finding> {
  const { tile, signed, found } = wrong
  const below = await hashesBelow(sha256, files, tile)
  const span = spanOf(tile.level + 1, tile.index)
  if (found.length === 0 && below.length === 0)
    return finding('deleted', span, `the leaves ${span.first} to ${span.last} are missing, with their tile`)
  if (below.length === TILE_WIDTH && sameHash(rootOfHashes(sha256, below), signed)) {
    const first = below.findIndex((hash, i) => !isSame(found[i], hash))
    const leaf = spanOf(tile.level, tile.index * TILE_WIDTH + Math.max(0, first))
    return finding('wrong-tile', leaf, `\`${tilePath(tile)}\` is not the one that was signed`)
  }
  return finding(
    'edited',
    span,
    `the leaves ${span.first} to ${span.last} were changed, and \`${tilePath(tile)}\` with them`,
  )
}

/** The tiles do not make the signed root: builds the tree anew from the leaves and compares. */
export async function nameTree(
  sha256: Sha256,
  files: LogFiles,
  signed: Checkpoint,
  kept: Checkpoint | null,
): Promise<Finding> {
  const { frontier, upper, differs, keptHolds } = await rebuild(sha256, files, kept)
  const leavesHold = frontier.size === signed.size && sameHash(rootOf(sha256, frontier.peaks), signed.root)
  if (leavesHold && differs === null) return nameUpperTile(files, upper)
  if (leavesHold) return finding('wrong-tile', differs, `the tile has another hash for leaf ${differs}`)
  if (differs !== null) return finding('edited', differs, `leaf ${differs} is not the one in its tile`)
  if (frontier.size < signed.size) return nameGap(sha256, files, frontier.size)
  const first = keptHolds ? (kept?.size ?? 0) : 0
  const last = Math.max(first, signed.size - 1)
  return finding('forked', { first, last }, 'leaves and tiles are of another history than the signed one')
}

interface Rebuilt {
  /** Of the leaves up to the first that is missing. */
  readonly frontier: Frontier
  /** The nodes above the leaves that tiles should hold. */
  readonly upper: readonly StoredNode[]
  /** The first leaf whose hash is not the one in its tile. */
  readonly differs: number | null
  /** The tree begins with the one that the kept checkpoint signs. */
  readonly keptHolds: boolean
}

async function rebuild(sha256: Sha256, files: LogFiles, kept: Checkpoint | null): Promise<Rebuilt> {
  let frontier = EMPTY_FRONTIER
  let differs: number | null = null
  let keptHolds = false
  const upper: StoredNode[] = []
  for (let n = 0; n < files.bundles; n++) {
    const { entries, width } = await files.bundle(n)
    const hashes = entries.slice(0, width).map((entry) => leafHash(sha256, entry))
    const tile = await files.hashes({ kind: 'hashes', level: 0, index: n, width })
    const other = hashes.findIndex((hash, i) => tile[i] !== undefined && !isSame(tile[i], hash))
    if (other >= 0) differs ??= n * TILE_WIDTH + other
    const cut = Math.max(0, (kept?.size ?? 0) - frontier.size)
    for (const part of [hashes.slice(0, cut), hashes.slice(cut)]) {
      const appended = append(sha256, frontier, part)
      frontier = appended.frontier
      upper.push(...appended.nodes.filter(({ level }) => level > 0))
      if (kept?.size === frontier.size) keptHolds = sameHash(rootOf(sha256, frontier.peaks), kept.root)
    }
    if (hashes.length < width) break
  }
  return { frontier, upper, differs, keptHolds }
}

/** Leaf `at` is not there: is anything behind it? */
async function nameGap(sha256: Sha256, files: LogFiles, at: number): Promise<Finding> {
  const next = await servedAt(sha256, files, at + 1, null)
  return next === null
    ? finding('truncated', at, `leaf ${at} and all behind it are missing`)
    : finding('deleted', { first: at, last: next - 1 }, `leaf ${at} is missing, and others stand behind it`)
}

async function nameUpperTile(files: LogFiles, nodes: readonly StoredNode[]): Promise<Finding> {
  for (const { level, index, hash } of nodes) {
    const tileLevel = level / STORED_LEVELS
    const tileIndex = Math.floor(index / TILE_WIDTH)
    const width = tileWidth(tileLevel, tileIndex, files.size)
    const tile: HashTile = { kind: 'hashes', level: tileLevel, index: tileIndex, width }
    const hashes = await files.hashes(tile)
    if (!isSame(hashes[index % TILE_WIDTH], hash))
      return finding(
        'wrong-tile',
        spanOf(tileLevel, index),
        `\`${tilePath(tile)}\` is not the one that was signed`,
      )
  }
  return finding('wrong-tile', null, 'the tiles are not those that were signed, the leaves are')
}

/** Hashes of the leaves or tiles below a full tile, each as it should stand in it. */
async function hashesBelow(
  sha256: Sha256,
  files: LogFiles,
  { level, index }: HashTile,
): Promise<readonly Hash[]> {
  if (level === 0) {
    const { entries } = await files.bundle(index)
    return entries.slice(0, TILE_WIDTH).map((entry) => leafHash(sha256, entry))
  }
  const below: Hash[] = []
  for (let i = 0; i < TILE_WIDTH; i++) {
    const tile: HashTile = {
      kind: 'hashes',
      level: level - 1,
      index: index * TILE_WIDTH + i,
      width: TILE_WIDTH,
    }
    const hashes = await files.hashes(tile)
    if (hashes.length === TILE_WIDTH) below.push(rootOfHashes(sha256, hashes))
  }
  return below
}

/** Where a leaf with this hash, or any leaf, is served at or behind `from`. */
async function servedAt(
  sha256: Sha256,
  files: LogFiles,
  from: number,
  hash: Hash | null,
): Promise<number | null> {
  for (let n = Math.floor(from / TILE_WIDTH); n < files.bundles; n++) {
    const { entries } = await files.bundle(n)
    for (const [i, entry] of entries.entries()) {
      const at = n * TILE_WIDTH + i
      if (at >= from && (hash === null || sameHash(leafHash(sha256, entry), hash))) return at
    }
  }
  return null
}

/** Where a leaf with this hash was signed to stand. */
async function signedAt(
  sha256: Sha256,
  files: LogFiles,
  edge: readonly HeldTile[],
  hash: Hash,
): Promise<number | null> {
  for await (const held of leafTiles(sha256, files, edge)) {
    if (held.kind === 'wrong') return null
    const i = held.hashes.findIndex((signed) => sameHash(signed, hash))
    if (i >= 0) return held.tile.index * TILE_WIDTH + i
  }
  return null
}

/** The leaves below hash `index` of the tiles of `level`. */
function spanOf(level: number, index: number): LeafSpan {
  const leaves = TILE_WIDTH ** level
  return { first: index * leaves, last: (index + 1) * leaves - 1 }
}

function isSame(found: Hash | undefined, hash: Hash): boolean {
  return found !== undefined && sameHash(found, hash)
}
