import { randomBytes, randomFillSync } from 'node:crypto'
import type { RandomBytes } from '@sallyport/core/given'

const POOL_BYTES = 4096

/**
 * Random bytes of the system, fetched many at a time: to ask for them costs more than an id is worth. Each is given once, as
 * a copy, and is gone from the pool then, so that nobody reads here what somebody else was given.
 */
export function pooledRandom(): RandomBytes {
  const pool = new Uint8Array(POOL_BYTES)
  let at = POOL_BYTES
  return (count) => {
    if (count > POOL_BYTES) return randomBytes(count)
    if (at + count > POOL_BYTES) {
      randomFillSync(pool)
      at = 0
    }
    const drawn = pool.slice(at, at + count)
    pool.fill(0, at, at + count)
    at += count
    return drawn
  }
}
