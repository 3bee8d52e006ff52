import { type Hash, leafHash, parseHash, sameHash } from '@sallyport/core/ledger/hash'
import { firstNode, nodesFromTiles, type TileReader } from '@sallyport/core/ledger/tile'
import { append, type Frontier, frontierAt, rootOf, STORED_LEVELS } from '@sallyport/core/ledger/tree'
import { sha256 } from '../../keys/sha256.ts'
import type { Head } from '../store.ts'
import { damaged } from './database.ts'
import { bytesIn, type Driver, numberIn } from './driver.ts'

export interface Entry {
  readonly action: string | null
  readonly bytes: Uint8Array
}

/** The record inside the database. `grow` writes into the open transaction; `settle` is called once that is committed. */
export interface Log {
  size(): number
  head(): Head
  grow(entries: readonly Entry[]): Frontier
  settle(frontier: Frontier): void
}

/**
 * The frontier is not stored: it follows from the hashes that are, so it cannot disagree with them. Rejects where
 * entries and hashes do not end together.
 */
export async function openLog(driver: Driver, path: string): Promise<Log> {
  let frontier = await storedFrontier(driver, path)
  const insertEntry = driver.prepare('INSERT INTO leaf (position, entry) VALUES (?, ?)')
  const insertLifeLeaf = driver.prepare(
    'INSERT INTO life_leaf (seq, position) SELECT seq, ? FROM life WHERE id = ?',
  )
  const insertHash = driver.prepare('INSERT INTO hash (level, position, hash) VALUES (?, ?, ?)')
  return {
    size: () => frontier.size,
    head: () => ({ size: frontier.size, root: rootOf(sha256, frontier.peaks) }),
    grow(entries) {
      let position = frontier.size
      for (const { action, bytes } of entries) {
        if (action !== null) insertLifeLeaf.run(position, action)
        insertEntry.run(position++, bytes)
      }
      const grown = append(
        sha256,
        frontier,
        entries.map(({ bytes }) => leafHash(sha256, bytes)),
      )
      for (const { level, index, hash } of grown.nodes) insertHash.run(level / STORED_LEVELS, index, hash)
      return grown.frontier
    },
    settle(next) {
      frontier = next
    },
  }
}

async function storedFrontier(driver: Driver, path: string): Promise<Frontier> {
  const last = driver.prepare('SELECT position, entry FROM leaf ORDER BY position DESC LIMIT 1').get()
  const size = last === undefined ? 0 : numberIn(last, 'position') + 1
  const hashes = driver.prepare(
    'SELECT hash FROM hash WHERE level = ? AND position >= ? ORDER BY position LIMIT ?',
  )
  const read: TileReader = async (tile) => {
    const rows = hashes.all(tile.level, firstNode(tile).index, tile.width)
    const found = rows.flatMap((row) => parseHash(bytesIn(row, 'hash')) ?? [])
    if (found.length !== tile.width) throw damaged(path, 'hashes of the record are missing')
    return found
  }
  const beyond = hashes.all(0, size, 1)
  if (beyond.length > 0) throw damaged(path, 'entries of the record are missing')
  const nodes = nodesFromTiles(sha256, size, read)
  if (last !== undefined) {
    const [tip] = await nodes([{ level: 0, index: size - 1 }])
    if (!isHashOf(tip, bytesIn(last, 'entry')))
      throw damaged(path, 'the last entry of the record is not what was hashed')
  }
  return frontierAt(size, nodes)
}

function isHashOf(tip: Hash | undefined, entry: Uint8Array): boolean {
  return tip !== undefined && sameHash(tip, leafHash(sha256, entry))
}
