import { expect, test } from 'vitest'
import { pooledRandom } from './random.ts'

test('nobody is given what another was given, and none of it is a view of the pool', () => {
  const random = pooledRandom()
  const seen = new Set<string>()
  for (let n = 0; n < 10_000; n++) {
    const drawn = random(1 + (n % 3) * 15 + 15)
    expect(drawn.buffer.byteLength).toBe(drawn.length)
    expect(drawn.some((byte) => byte !== 0)).toBe(true)
    seen.add(Buffer.from(drawn).toString('hex'))
  }
  expect(seen.size).toBe(10_000)
})

test('more than the pool holds comes whole', () => {
  expect(pooledRandom()(10_000)).toHaveLength(10_000)
})
