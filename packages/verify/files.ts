import type { Hash } from '@sallyport/core/ledger/hash'
import {
  decodeEntries,
  decodeTile,
  type HashTile,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from '@sallyport/core/ledger/tile'
import type { LogSource } from './source.ts'

/** The tiles and bundles of a log as its source serves them: nothing here is believed. */
export interface LogFiles {
  /** None where the file is missing or holds no hashes. */
  hashes(tile: HashTile): Promise<readonly Hash[]>
  bundle(index: number): Promise<Bundle>
  /** How many bundles a log of this size has. */
  readonly bundles: number
  readonly size: number
}

export interface Bundle {
  /** As they are served: too few or too many where somebody meddled. */
  readonly entries: readonly Uint8Array[]
  /** How many there should be. */
  readonly width: number
  /** There are bytes behind the last entry that belongs here. */
  readonly surplus: boolean
}

export function logFiles(source: LogSource, size: number): LogFiles {
  return {
    size,
    bundles: Math.ceil(size / TILE_WIDTH),
    hashes: async (tile) => {
      const file = await readTile(source, tile)
      const hashes = file === undefined ? undefined : decodeTile(file.bytes)
      return (file?.grown ? hashes?.slice(0, tile.width) : hashes) ?? []
    },
    bundle: async (index) => {
      const width = tileWidth(0, index, size)
      const file = await readTile(source, { kind: 'entries', index, width })
      if (file === undefined) return { entries: [], width, surplus: false }
      const { entries, whole } = decodeEntries(file.bytes)
      const surplus = !file.grown && (entries.length > width || (entries.length === width && !whole))
      return { entries: file.grown ? entries.slice(0, width) : entries, width, surplus }
    },
  }
}

/** A log may drop a partial tile once it has grown full: then its beginning is the partial one. */
async function readTile(
  source: LogSource,
  tile: Tile,
): Promise<{ readonly bytes: Uint8Array; readonly grown: boolean } | undefined> {
  const bytes = await source.read(tilePath(tile))
  if (bytes !== undefined) return { bytes, grown: false }
  if (tile.width === TILE_WIDTH) return undefined
  const full = await source.read(tilePath({ ...tile, width: TILE_WIDTH }))
  return full === undefined ? undefined : { bytes: full, grown: true }
}
