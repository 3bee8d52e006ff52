import { encodeLeaf } from '@sallyport/core/ledger/leaf'
import { treeHash } from '@sallyport/testkit/ledger'
import { held } from '@sallyport/testkit/lives'
import { Bench, ENGINES } from '@sallyport/testkit/store/engines'
import { describe, expect, test } from 'vitest'
import type { Store } from './store.ts'

for (const engine of ENGINES) {
  describe(`the record (${engine.name})`, () => {
    const bench = new Bench(engine)
    test.each([0, 1, 2, 255, 256, 257, 600])(
      'of %i leaves is the tree of RFC 6962 over them',
      async (count) => {
        for (let at = 0; at < count; at += 100)
          await Promise.all(
            Array.from({ length: Math.min(100, count - at) }, (_, i) =>
              bench.store.append(held(at + i).leaf),
            ),
          )
        await bench.reopen()
        const entries = await allEntries(bench.store)
        const head = await bench.store.read('head', {})
        expect(head.size).toBe(count)
        expect(hex(head.root)).toBe(hex(treeHash(entries)))
        const leafHashes = await bench.store.read('hashes', { level: 0, from: 0, to: count })
        expect(leafHashes.map(hex)).toEqual(entries.map((entry) => hex(treeHash([entry]))))
        const full = Math.floor(count / 256)
        const tiles = await bench.store.read('hashes', { level: 1, from: 0, to: 9 })
        expect(tiles.map(hex)).toEqual(
          Array.from({ length: full }, (_, i) => hex(treeHash(entries.slice(i * 256, (i + 1) * 256)))),
        )
      },
    )

    test('grows in the order of arrival', async () => {
      const leaves = Array.from({ length: 300 }, (_, n) => held(n).leaf)
      const places = await Promise.all(leaves.map((leaf) => bench.store.append(leaf)))
      expect(places.map(({ at }) => at)).toEqual(leaves.map((_, n) => n))
      expect(await allEntries(bench.store)).toEqual(leaves.map(encodeLeaf))
    })
  })
}

async function allEntries(store: Store): Promise<readonly Uint8Array[]> {
  const { size } = await store.read('head', {})
  return store.read('entries', { from: 0, to: size })
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
