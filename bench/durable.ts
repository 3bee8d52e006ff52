import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { drawId } from '@sallyport/core/action/ids'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import type { Store } from '@sallyport/gateway/store/store'
import { allowed } from '@sallyport/testkit/lives'
import { keptOf } from '@sallyport/testkit/store/engines'

/** Leaves a second that are on disk, each with the rows of its action; and how often this disk takes a block at all. */
export interface Recorded {
  /** 4 KiB written and synced, one after another, in the same folder. */
  readonly floor: readonly number[]
  /** By how many wait at once. */
  readonly writers: readonly { readonly count: number; readonly perSecond: readonly number[] }[]
}

const BLOCK = Buffer.alloc(4096, 'x')

export async function measureRecord(folder: string, rounds: number, roundMs: number): Promise<Recorded> {
  const here = join(folder, 'record')
  mkdirSync(here)
  const store = await openSqliteStore({ folder: here })
  const floor: number[] = []
  const writers = [1, 16, 64].map((count) => ({ count, perSecond: [] as number[] }))
  try {
    await leavesPerSecond(store, 64, roundMs)
    for (let round = 0; round < rounds; round++) {
      floor.push(syncsPerSecond(join(here, 'floor'), roundMs))
      for (const { count, perSecond } of writers) perSecond.push(await leavesPerSecond(store, count, roundMs))
    }
  } finally {
    await store.close()
  }
  return { floor, writers }
}

function syncsPerSecond(path: string, forMs: number): number {
  const file = openSync(path, 'w')
  const begin = performance.now()
  let count = 0
  while (performance.now() - begin < forMs) {
    writeSync(file, BLOCK)
    fdatasyncSync(file)
    count++
  }
  const seconds = (performance.now() - begin) / 1e3
  closeSync(file)
  rmSync(path)
  return count / seconds
}

/** Each writer has one change on its way, and hands in the next when that is on disk. */
async function leavesPerSecond(store: Store, writers: number, forMs: number): Promise<number> {
  const { life, leaf } = allowed(1)
  const beside = keptOf(1)
  const begin = performance.now()
  let count = 0
  const write = async (): Promise<void> => {
    while (performance.now() - begin < forMs) {
      const id = drawId('act', randomBytes)
      const kept = { ...beside, action: id, idempotency: null }
      const outcome = await store.move({
        writes: [
          { kind: 'life', from: 0, life: { ...life, action: { ...life.action, id } } },
          { kind: 'keep', kept },
        ],
        leaves: ['action' in leaf ? { ...leaf, action: id } : leaf],
      })
      if (outcome === 'lost') throw new Error('a fresh action was lost')
      count++
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  return count / ((performance.now() - begin) / 1e3)
}
