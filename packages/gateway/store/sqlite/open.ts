import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { StoreFailure } from '../failure.ts'
import type { Store } from '../store.ts'
import type { FromWorker } from './message.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface SqliteOptions {
  /** One folder, one process. Made where it is not there. */
  readonly folder: string
}

/** Everything of one gateway in one file, on one machine. Rejects with a `StoreFailure` that says what to do. */
export function openSqliteStore({ folder }: SqliteOptions): Promise<Store> {
  // `.ts` where the repository runs from source, `.js` in the published package.
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
  return storeOf(new Worker(file, { workerData: folder, name: 'store' }))
}

/** The store behind a thread that speaks `message.ts`. */
export function storeOf(worker: Worker): Promise<Store> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', () =>
      reject(new StoreFailure('unavailable', 'the thread of the store ended before it was open')),
    )
    worker.once('message', (message: FromWorker) => {
      worker.off('error', reject)
      if (message.kind === 'opened') resolve(new SqliteStore(worker))
      else if (message.kind === 'failed')
        reject(new StoreFailure(message.failed.fault, message.failed.message))
      else reject(new Error(`the store said \`${message.kind}\` before it was open`))
    })
  })
}
