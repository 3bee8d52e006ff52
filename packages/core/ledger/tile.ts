import type { Sha256 } from '../given.ts'
import { HASH_BYTES, type Hash, joinHashes, splitHashes } from './hash.ts'
import { append, EMPTY_FRONTIER, type NodeId, type NodeReader, rootOf, STORED_LEVELS } from './tree.ts'

/**
 * The tree and its entries as files (c2sp.org/tlog-tiles). A tile of hashes holds up to 256 neighbours of one stored level;
 * a bundle holds the entries below one tile of level 0.
 */
export type Tile =
  | { readonly kind: 'hashes'; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number }

export type HashTile = Extract<Tile, { readonly kind: 'hashes' }>

/** Reads the hashes of a tile, exactly as many as it is wide. It rejects when they are not there. */
export type TileReader = (tile: HashTile) => Promise<readonly Hash[]>

export const TILE_WIDTH: number = 2 ** STORED_LEVELS
const TILE_BYTES = TILE_WIDTH * HASH_BYTES
const MAX_TILE_LEVEL = 63
const ENTRY_LENGTH_BYTES = 2
export const MAX_ENTRY_BYTES: number = 2 ** 16 - 1
export const MAX_BUNDLE_BYTES: number = TILE_WIDTH * (ENTRY_LENGTH_BYTES + MAX_ENTRY_BYTES)

/** How much of a tile a tree of `size` leaves fills: 0 to 256. A bundle is as wide as its tile of level 0. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.min(TILE_WIDTH, Math.max(0, hashes - index * TILE_WIDTH))
}

/** Whether a tree of `size` leaves has everything that this tile holds: what a server may answer. */
export function isFilled(tile: Tile, size: number): boolean {
  return tile.width <= tileWidth(tile.kind === 'hashes' ? tile.level : 0, tile.index, size)
}

/** The stored node that a hash tile begins with; the others are its `width - 1` right neighbours. */
export function firstNode(tile: HashTile): NodeId {
  return { level: tile.level * STORED_LEVELS, index: tile.index * TILE_WIDTH }
}

/** The path below the log's prefix. */
export function tilePath(tile: Tile): string {
  const level = tile.kind === 'hashes' ? String(tile.level) : 'entries'
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`
  return `tile/${level}/${indexPath(tile.index)}${partial}`
}

const TILE_PATH =
  /^tile\/(?:(?<level>\d{1,2})|entries)\/(?<index>(?:x\d{3}\/){0,5}\d{3})(?:\.p\/(?<width>\d{1,3}))?$/

/** What a client asks for, or `undefined`. The client controls the path: only the one spelling of each tile is a tile. */
export function parseTilePath(path: string): Tile | undefined {
  const parts = TILE_PATH.exec(path)?.groups
  if (parts === undefined) return undefined
  const index = Number(parts['index']?.replaceAll(/[x/]/g, ''))
  const width = Number(parts['width'] ?? TILE_WIDTH)
  const level = parts['level'] === undefined ? undefined : Number(parts['level'])
  if (!Number.isSafeInteger(index) || width < 1 || width > TILE_WIDTH) return undefined
  if (level !== undefined && level > MAX_TILE_LEVEL) return undefined
  const tile: Tile =
    level === undefined ? { kind: 'entries', index, width } : { kind: 'hashes', level, index, width }
  return tilePath(tile) === path ? tile : undefined
}

export function encodeTile(hashes: readonly Hash[]): Uint8Array {
  if (hashes.length < 1 || hashes.length > TILE_WIDTH) throw new Error(`no tile has ${hashes.length} hashes`)
  return joinHashes(hashes)
}

/** As many hashes as there are: whether it is as wide as it should be is the reader's question. */
export function decodeTile(bytes: Uint8Array): readonly Hash[] | undefined {
  return bytes.length > TILE_BYTES ? undefined : splitHashes(bytes)
}

export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH)
    throw new Error(`no bundle has ${entries.length} entries`)
  const bytes = new Uint8Array(entries.reduce((sum, { length }) => sum + ENTRY_LENGTH_BYTES + length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new Error(`no entry has ${entry.length} bytes`)
    bytes[at] = entry.length >> 8
    bytes[at + 1] = entry.length & 0xff
    bytes.set(entry, at + ENTRY_LENGTH_BYTES)
    at += ENTRY_LENGTH_BYTES + entry.length
  }
  return bytes
}

/** As many entries as there are. `whole`: the bytes end where the last one does. */
export function decodeEntries(bytes: Uint8Array): {
  readonly entries: readonly Uint8Array[]
  readonly whole: boolean
} {
  const entries: Uint8Array[] = []
  let at = 0
  for (;;) {
    const [high, low] = bytes.subarray(at, at + ENTRY_LENGTH_BYTES)
    if (high === undefined || low === undefined) break
    const end = at + ENTRY_LENGTH_BYTES + high * 256 + low
    if (end > bytes.length) break
    entries.push(bytes.subarray(at + ENTRY_LENGTH_BYTES, end))
    at = end
  }
  return { entries, whole: at === bytes.length }
}

/** Any node of a tree of `size` leaves, hashed from the tile that it lies in. Each tile is read once a call. */
export function nodesFromTiles(sha256: Sha256, size: number, read: TileReader): NodeReader {
  return async (ids) => {
    const tiles = new Map<string, Promise<readonly Hash[]>>()
    return Promise.all(
      ids.map(async (id) => {
        const { tile, from, to } = placeOf(id, size)
        const path = tilePath(tile)
        const reading = tiles.get(path) ?? read(tile)
        tiles.set(path, reading)
        return rootOfHashes(sha256, (await reading).slice(from, to))
      }),
    )
  }
}

/** The root over these hashes as neighbours of one level: of a full tile, the hash that stands for it one level up. */
export function rootOfHashes(sha256: Sha256, hashes: readonly Hash[]): Hash {
  return rootOf(sha256, append(sha256, EMPTY_FRONTIER, hashes).frontier.peaks)
}

/** Where in which tile the hashes below a node stand. */
function placeOf(
  { level, index }: NodeId,
  size: number,
): { readonly tile: HashTile; readonly from: number; readonly to: number } {
  const tileLevel = Math.floor(level / STORED_LEVELS)
  const count = 2 ** (level % STORED_LEVELS)
  const first = index * count
  const tileIndex = Math.floor(first / TILE_WIDTH)
  const from = first % TILE_WIDTH
  const width = tileWidth(tileLevel, tileIndex, size)
  if (from + count > width) throw new Error(`no node ${level}/${index} in a tree of ${size}`)
  return { tile: { kind: 'hashes', level: tileLevel, index: tileIndex, width }, from, to: from + count }
}

/** Three digits an element, all but the last behind an `x`: no path is both a file and a folder. */
function indexPath(index: number): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  return groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/')
}
