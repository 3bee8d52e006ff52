import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { encodeLeaf } from '@sallyport/core/ledger/leaf'
import { actionId, held } from '@sallyport/testkit/lives'
import { type Fault, type FaultyData, setFault } from '@sallyport/testkit/store/faults'
import { reverify } from '@sallyport/testkit/store/oracle'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import { openSqliteStore, storeOf } from './open.ts'

/** Each fault, and what may be true after it. The store is opened again on a sound disk, and all of it is looked at. */
// biome-ignore format: a table is read by its rows
const TABLE: readonly { fault: Fault; says: string; goesOn: boolean; persisted: boolean }[] = [
  { fault: 'write fails',                      says: 'not-written', goesOn: true,  persisted: false },
  { fault: 'nothing more fits',                says: 'full',        goesOn: true,  persisted: false },
  { fault: 'commit finds the disk full',       says: 'full',        goesOn: true,  persisted: false },
  { fault: 'commit fails, and is lost',        says: 'unavailable', goesOn: false, persisted: false },
  { fault: 'commit fails, and is on the disk', says: 'unavailable', goesOn: false, persisted: true },
]

for (const { fault, says, goesOn, persisted } of TABLE)
  describe(`where ${fault}`, () => {
    const memory = new SharedArrayBuffer(4)
    let folder: string
    let store: Store
    beforeEach(async () => {
      setFault(memory, 'none')
      folder = mkdtempSync(join(tmpdir(), 'sallyport-fault-'))
      const workerData: FaultyData = { folder, fault: memory }
      store = await storeOf(
        new Worker(new URL(import.meta.resolve('@sallyport/testkit/store/faulty-worker')), { workerData }),
      )
      for (let n = 0; n < BEFORE; n++) await admit(n)
    })
    afterEach(async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    })

    test(`the whole group is rejected as ${says}, and what was acknowledged before is all there`, async () => {
      setFault(memory, fault)
      const group = await Promise.allSettled(GROUP.map(admit))
      expect(group.map(faultOf)).toEqual(GROUP.map(() => says))
      const entries = await openedAgain()
      const present = persisted ? [...EARLIER, ...GROUP] : EARLIER
      expect(entries).toEqual(present.map((n) => text(n)))
    })

    test(`it ${goesOn ? 'has not failed' : 'has failed for good, and says so to who listens'}`, async () => {
      const failures: string[] = []
      store.onFailed(({ fault }) => failures.push(fault))
      setFault(memory, fault)
      await Promise.allSettled(GROUP.map(admit))
      await Promise.allSettled([store.read('head', {})])
      expect(failures).toEqual(goesOn ? [] : ['unavailable'])
    })

    test(`it ${goesOn ? 'goes on' : 'says so until it is opened again'}, and no index is given twice`, async () => {
      setFault(memory, fault)
      await Promise.allSettled(GROUP.map(admit))
      setFault(memory, 'none')
      const [next] = await Promise.allSettled([admit(LATER)])
      const [reading] = await Promise.allSettled([store.read('life', { id: actionId(0) })])
      if (goesOn) {
        expect(next).toMatchObject({ status: 'fulfilled', value: { at: BEFORE } })
        expect(reading).toMatchObject({ status: 'fulfilled', value: { version: 1 } })
        expect(await openedAgain()).toEqual([...EARLIER, LATER].map((n) => text(n)))
      } else {
        expect([faultOf(next), faultOf(reading)]).toEqual(['unavailable', 'unavailable'])
        expect(await openedAgain()).toEqual(
          (persisted ? [...EARLIER, ...GROUP] : EARLIER).map((n) => text(n)),
        )
      }
    })

    test('what is on the disk can still be read unless nobody knows what is', async () => {
      setFault(memory, fault)
      await Promise.allSettled(GROUP.map(admit))
      const [reading] = await Promise.allSettled([store.read('entries', { from: 0, to: 99 })])
      if (goesOn) expect(reading).toMatchObject({ status: 'fulfilled', value: { length: BEFORE } })
      else expect(faultOf(reading)).toBe('unavailable')
    })

    async function openedAgain(): Promise<readonly string[]> {
      await store.close()
      store = await openSqliteStore({ folder })
      return reverify(store)
    }

    function admit(n: number) {
      const { life, leaf } = held(n)
      return store.move({ writes: [{ kind: 'life', from: 0, life }], leaves: [leaf] })
    }
  })

const BEFORE = 3
const EARLIER = [0, 1, 2]
/** More than a page can take, so that a full disk shows. */
const GROUP = Array.from({ length: 40 }, (_, i) => 10 + i)
const LATER = 90

function text(n: number): string {
  return new TextDecoder().decode(encodeLeaf(held(n).leaf))
}

function faultOf(result: PromiseSettledResult<unknown> | undefined): unknown {
  return result?.status === 'rejected' ? (result.reason as { fault?: unknown }).fault : undefined
}
