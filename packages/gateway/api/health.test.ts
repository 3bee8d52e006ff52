import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { openShop } from '@sallyport/testkit/shop'
import { expect, test } from 'vitest'
import { storeOf } from '../store/sqlite/open.ts'
import { openApi } from './open.ts'

test('a gateway whose store is over is not healthy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-health-'))
  const worker = new Worker(new URL('../store/sqlite/worker.ts', import.meta.url), { workerData: folder })
  const store = await storeOf(worker)
  const shop = await openShop()
  const api = openApi({ ...shop.parts, store }, shop.metrics)
  const health = async () =>
    (await api.request('/healthz', { headers: { host: new URL(shop.url).host } })).status
  expect(await health()).toBe(200)
  await worker.terminate()
  expect(await health()).toBe(503)
  await shop.close()
  rmSync(folder, { recursive: true })
})
