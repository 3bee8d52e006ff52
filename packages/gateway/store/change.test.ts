import type { Digest, FreezeId, PersonId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import { encodeLeaf, type Leaf } from '@sallyport/core/ledger/leaf'
import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { actionId, held, withdrawn } from '@sallyport/testkit/lives'
import { Bench, ENGINES, keptOf } from '@sallyport/testkit/store/engines'
import { describe, expect, test } from 'vitest'
import { isDurable } from './durable.ts'
import type { Change, Freeze, Store } from './store.ts'

for (const engine of ENGINES) {
  describe(`a change (${engine.name})`, () => {
    const bench = new Bench(engine)
    test('is all of its writes and leaves, and is there after the store was opened again', async () => {
      const { life, leaf } = held(1)
      const made = await bench.store.move({
        writes: [
          { kind: 'life', from: 0, life },
          { kind: 'keep', kept: keptOf(1) },
        ],
        leaves: [leaf],
      })
      expect(made !== 'lost' && isDurable(made) && made.at).toBe(0)
      await bench.reopen()
      expect(await bench.store.read('life', { id: life.action.id })).toEqual(life)
      expect(await bench.store.read('kept', { action: life.action.id })).toEqual(keptOf(1))
      expect(await bench.store.read('entries', { from: 0, to: 9 })).toEqual([encodeLeaf(leaf)])
    })

    test('that finds another version is lost and leaves no trace, whichever of its writes it was', async () => {
      await bench.admit(1)
      const before = await bench.store.read('head', {})
      const freeze = frozen(1)
      const late: Change = {
        writes: [
          { kind: 'freeze', from: 0, freeze },
          { kind: 'archive', digest: DIGEST, content: 'policy' },
          { kind: 'life', from: 0, life: held(2).life },
          { kind: 'life', from: 0, life: held(1).life },
        ],
        leaves: [held(2).leaf, held(1).leaf],
      }
      expect(await bench.store.move(late)).toBe('lost')
      expect(await bench.store.read('head', {})).toEqual(before)
      expect(await bench.store.read('freezes', { live: false })).toEqual([])
      expect(await bench.store.read('archive', { digest: DIGEST })).toBeNull()
      expect(await bench.store.read('life', { id: actionId(2) })).toBeNull()
    })

    test('whose neighbour in the commit lost has its leaf where it says', async () => {
      const outcomes = await Promise.all(
        [held(1), held(1), held(2)].map(({ life, leaf }) => bench.put(life, leaf)),
      )
      const [first, second, third] = outcomes
      expect([placeOf(first), second, placeOf(third)]).toEqual([0, 'lost', 1])
      expect(await bench.store.read('leaves', { action: actionId(2) })).toEqual([
        { index: 1, entry: encodeLeaf(held(2).leaf) },
      ])
    })

    test('with a leaf that fits no record is refused alone', async () => {
      const { leaf } = held(1)
      const huge: Leaf = {
        ...leaf,
        kind: 'changed',
        what: 'policy',
        event: 'x'.repeat(70_000),
        name: '',
        by: null,
        digest: null,
        unguarded: true,
        note: safe``,
      }
      const [refused, taken] = await Promise.allSettled([bench.store.append(huge), bench.store.append(leaf)])
      expect(refused).toMatchObject({ status: 'rejected', reason: { fault: 'not-written' } })
      expect(taken).toMatchObject({ status: 'fulfilled', value: { at: 0 } })
    })

    test('that does not count up its version is a defect', async () => {
      const { life, leaf } = held(1)
      await expect(
        bench.store.move({ writes: [{ kind: 'life', from: 1, life }], leaves: [leaf] }),
      ).rejects.toThrow(/from version 1 to 1/)
    })

    test(claim('G4', 'core', 'of a thousand moves from one version exactly one wins'), async () => {
      const life = await bench.admit(1)
      const { life: next, leaf } = withdrawn(life)
      const race = Array.from({ length: 1000 }, () =>
        bench.store.move({ writes: [{ kind: 'life', from: 1, life: next }], leaves: [leaf] }),
      )
      const won = (await Promise.all(race)).filter((outcome) => outcome !== 'lost')
      expect(won).toHaveLength(1)
      expect(await bench.store.read('leaves', { action: actionId(1) })).toHaveLength(2)
    })

    test('is what it was when it was handed in, whatever happens to the objects afterwards', async () => {
      const { life, leaf } = held(1)
      const mine = { ...life, thread: [...life.thread] }
      const nonce = new Uint8Array(32).fill(1)
      const moving = bench.store.move({
        writes: [
          { kind: 'life', from: 0, life: mine },
          { kind: 'keep', kept: { ...keptOf(1), nonce } },
        ],
        leaves: [leaf],
      })
      Object.assign(mine, { state: 'approved' })
      await moving
      expect(await bench.store.read('life', { id: actionId(1) })).toEqual(life)
    })

    test('a store that was closed takes nothing more, and has kept what it had taken', async () => {
      const moving = bench.store.append(held(1).leaf)
      await bench.store.close()
      expect(isDurable(await moving)).toBe(true)
      await expect(bench.store.append(held(2).leaf)).rejects.toMatchObject({ fault: 'unavailable' })
      await expect(bench.store.read('head', {})).rejects.toMatchObject({ fault: 'unavailable' })
    })
  })
}

const DIGEST = 'd'.repeat(64) as Digest

function frozen(n: number): Freeze {
  const id = `frz_${n}` as FreezeId
  return {
    id,
    version: 1,
    scope: 'everything',
    name: '*',
    by: 'ann' as PersonId,
    at: instant(n),
    reason: safe`a drill`,
    lifted: false,
  }
}

function placeOf(outcome: Awaited<ReturnType<Store['move']>> | undefined): number | undefined {
  return outcome === 'lost' ? undefined : outcome?.at
}
