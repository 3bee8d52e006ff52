import type { Sha256 } from '@sallyport/core/given'
import { type Hash, sameHash } from '@sallyport/core/ledger/hash'
import { type HashTile, rootOfHashes, TILE_WIDTH } from '@sallyport/core/ledger/tile'
import { append, EMPTY_FRONTIER, rootOf } from '@sallyport/core/ledger/tree'
import type { LogFiles } from './files.ts'

/**
 * From a signed root down to the leaf hashes that it stands for. First the tiles on the right edge, whose hashes together
 * make the root; then, from each of their hashes, the full tile below it. What comes out was signed, or is named as wrong.
 */
export interface HeldTile {
  readonly kind: 'held'
  readonly tile: HashTile
  readonly hashes: readonly Hash[]
}

/** A tile whose hashes do not make the signed hash that stands for it. */
export interface WrongTile {
  readonly kind: 'wrong'
  readonly tile: HashTile
  readonly signed: Hash
  readonly found: readonly Hash[]
}

/** The partial tiles of a tree, the highest first: so they stand from left to right over all its leaves. */
function edgeOf(size: number): readonly HashTile[] {
  const edge: HashTile[] = []
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    const hashes = Math.floor(size / TILE_WIDTH ** level)
    const width = hashes % TILE_WIDTH
    if (width > 0) edge.unshift({ kind: 'hashes', level, index: Math.floor(hashes / TILE_WIDTH), width })
  }
  return edge
}

/** The edge as it is served, and the root that it makes. */
export async function readEdge(
  sha256: Sha256,
  files: LogFiles,
): Promise<{ readonly edge: readonly HeldTile[]; readonly root: Hash }> {
  const edge: HeldTile[] = []
  for (const tile of edgeOf(files.size)) edge.push({ kind: 'held', tile, hashes: await files.hashes(tile) })
  const peaks = edge.flatMap(({ hashes }) => append(sha256, EMPTY_FRONTIER, hashes).frontier.peaks)
  return { edge, root: rootOf(sha256, peaks) }
}

/** The tiles of leaf hashes from left to right, below an edge that makes the signed root; or the first wrong tile, and no more. */
export async function* leafTiles(
  sha256: Sha256,
  files: LogFiles,
  edge: readonly HeldTile[],
): AsyncGenerator<HeldTile | WrongTile, void> {
  for (const held of edge) {
    for await (const below of tilesBelow(sha256, files, held)) {
      yield below
      if (below.kind === 'wrong') return
    }
  }
}

async function* tilesBelow(
  sha256: Sha256,
  files: LogFiles,
  held: HeldTile,
): AsyncGenerator<HeldTile | WrongTile, void> {
  const { level, index } = held.tile
  if (level === 0) {
    yield held
    return
  }
  for (const [i, signed] of held.hashes.entries()) {
    const tile: HashTile = {
      kind: 'hashes',
      level: level - 1,
      index: index * TILE_WIDTH + i,
      width: TILE_WIDTH,
    }
    const found = await files.hashes(tile)
    const holds = found.length === TILE_WIDTH && sameHash(rootOfHashes(sha256, found), signed)
    if (!holds) {
      yield { kind: 'wrong', tile, signed, found }
      return
    }
    yield* tilesBelow(sha256, files, { kind: 'held', tile, hashes: found })
  }
}
