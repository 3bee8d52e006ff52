import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { held } from '@sallyport/testkit/lives'
import { reverify } from '@sallyport/testkit/store/oracle'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import { openSqliteStore, storeOf } from './open.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-thread-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a store whose thread dies tells everybody who waits, and whoever watches', async () => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: folder })
  const store = await storeOf(worker)
  const failed = new Promise((resolve) => void store.onFailed(resolve))
  await put(store, 1)
  const watching = (async () => {
    for await (const { version } of store.watch(held(1).life.action.id, new AbortController().signal))
      if (version === 1) await worker.terminate()
  })()
  await expect(watching).rejects.toMatchObject({ fault: 'unavailable' })
  await expect(failed).resolves.toMatchObject({ fault: 'unavailable' })
  const late = new Promise((resolve) => void store.onFailed(resolve))
  await expect(late).resolves.toBe(await failed)
  await expect(put(store, 2)).rejects.toMatchObject({ fault: 'unavailable' })
  await expect(store.read('head', {})).rejects.toMatchObject({ fault: 'unavailable' })
  await store.close()
  const again = await openSqliteStore({ folder })
  expect(await reverify(again)).toHaveLength(1)
  await again.close()
})

test('a store that is closed has not failed', async () => {
  const store = await openSqliteStore({ folder })
  let failed = false
  store.onFailed(() => {
    failed = true
  })
  await store.close()
  expect(failed).toBe(false)
})

test('a folder that cannot be made is said, not waited for', async () => {
  await expect(openSqliteStore({ folder: '/dev/null/data' })).rejects.toMatchObject({ fault: 'unavailable' })
})

test('what was erased is soon in none of the files', async () => {
  const store = await openSqliteStore({ folder })
  const { life, leaf } = held(1)
  const nonce = new TextEncoder().encode('a nonce of thirty-two characters')
  const payload = new TextEncoder().encode('the sealed payload '.repeat(1_000))
  const kept = { action: life.action.id, nonce, claim: 'c', idempotency: null, payload, answer: null }
  await store.move({
    writes: [
      { kind: 'life', from: 0, life },
      { kind: 'keep', kept },
    ],
    leaves: [leaf],
  })
  expect(onDisk('a nonce of thirty-two') && onDisk('the sealed payload')).toBe(true)
  await store.move({
    writes: [{ kind: 'erase', action: life.action.id, what: 'everything' }],
    leaves: [held(2).leaf],
  })
  while (onDisk('a nonce of thirty-two') || onDisk('the sealed payload'))
    await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await store.read('life', { id: life.action.id })).toEqual(life)
  await store.close()
})

function onDisk(text: string): boolean {
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text))
}

function put(store: Store, n: number): Promise<unknown> {
  const { life, leaf } = held(n)
  return store.move({ writes: [{ kind: 'life', from: 0, life }], leaves: [leaf] })
}
