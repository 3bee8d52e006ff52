import { type Hash, parseHash } from '@sallyport/core/ledger/hash'
import { firstNode, nodesFromTiles, type TileReader } from '@sallyport/core/ledger/tile'
import { frontierAt, type NodeReader, rootOf } from '@sallyport/core/ledger/tree'
import { sha256 } from '../keys/sha256.ts'
import type { Store } from '../store/store.ts'

/** The tree of the first `size` leaves, out of what the store keeps of it. */
export function storedTree(store: Pick<Store, 'read'>, size: number): NodeReader {
  return nodesFromTiles(sha256, size, storedTiles(store))
}

export function storedTiles(store: Pick<Store, 'read'>): TileReader {
  return async (tile) => {
    const { level, width } = tile
    const { index: from } = firstNode(tile)
    const hashes = await store.read('hashes', { level, from, to: from + width })
    const parsed = hashes.flatMap((hash) => parseHash(hash) ?? [])
    if (parsed.length !== width) throw new Error(`the store lacks hashes of level ${level} from ${from}`)
    return parsed
  }
}

/** The root that the log had, or would have had, when it was `size` leaves long. */
export async function rootAt(store: Pick<Store, 'read'>, size: number): Promise<Hash> {
  const { peaks } = await frontierAt(size, storedTree(store, size))
  return rootOf(sha256, peaks)
}
