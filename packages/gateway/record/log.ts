import { CHECKPOINT_PATH } from '@sallyport/core/ledger/checkpoint'
import { encodeEntries, encodeTile, isFilled, parseTilePath, TILE_WIDTH } from '@sallyport/core/ledger/tile'
import type { Store } from '../store/store.ts'
import type { Publisher } from './publisher.ts'
import { storedTiles } from './stored-tree.ts'

export interface LogFile {
  readonly bytes: Uint8Array
  readonly contentType: string
  /** It will never be anything else: caches may keep it for good. */
  readonly immutable: boolean
}

/** By the path below the log's prefix. `undefined`: there is no such file, yet or at all. */
export type ReadLog = (path: string) => Promise<LogFile | undefined>

/** The record as the files of c2sp.org/tlog-tiles: nothing beyond what is signed. */
export function logReader(store: Pick<Store, 'read'>, publisher: Pick<Publisher, 'current'>): ReadLog {
  const readTile = storedTiles(store)
  return async (path) => {
    const published = publisher.current()
    if (published === undefined) return undefined
    if (path === CHECKPOINT_PATH) return checkpointFile(published.note)
    // The client controls the path; it is a tile or it is nothing.
    const tile = parseTilePath(path)
    if (tile === undefined || !isFilled(tile, published.size)) return undefined
    if (tile.kind === 'hashes') return tileFile(encodeTile(await readTile(tile)))
    const from = tile.index * TILE_WIDTH
    return tileFile(encodeEntries(await store.read('entries', { from, to: from + tile.width })))
  }
}

function checkpointFile(note: string): LogFile {
  return { bytes: new TextEncoder().encode(note), contentType: 'text/plain; charset=utf-8', immutable: false }
}

function tileFile(bytes: Uint8Array): LogFile {
  return { bytes, contentType: 'application/octet-stream', immutable: true }
}
