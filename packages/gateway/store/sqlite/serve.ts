import { join } from 'node:path'
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { StoreFailure } from '../failure.ts'
import { DATABASE_FILE, openDatabase } from './database.ts'
import { type Driver, openDriver } from './driver.ts'
import { failed, type Keeper, openKeeper } from './keeper.ts'
import type { FromWorker, PackedChange, PackedRead, ToWorker } from './message.ts'

/** More in one commit would keep the first of them waiting for the last. */
const GROUP_LIMIT = 4_096
/** How long erased bytes may stand in the write-ahead log. To move it costs a sync, so it is not done for each erasure. */
const FORGET_EVERY_MS = 1_000

/** The worker's life: open, then answer until told to close. */
export async function serve(
  port: MessagePort,
  folder: string,
  connect: (path: string) => Driver = openDriver,
): Promise<void> {
  const say = (message: FromWorker) => port.postMessage(message)
  const keeper = await open(folder, connect).catch((error: unknown) => {
    say({ kind: 'failed', failed: failedOf(error) })
  })
  if (keeper === undefined) return
  const forgetting = setInterval(() => forget(keeper), FORGET_EVERY_MS)
  port.on('message', (first: ToWorker) => {
    const { changes, reads, closing } = drain(port, first)
    if (changes.length + reads.length > 0) say({ kind: 'done', done: keeper.work(changes, reads) })
    if (!closing) return
    clearInterval(forgetting)
    keeper.close()
    say({ kind: 'closed' })
    port.close()
  })
  say({ kind: 'opened' })
}

async function open(folder: string, connect: (path: string) => Driver): Promise<Keeper> {
  const driver = openDatabase(folder, connect)
  try {
    return await openKeeper(driver, join(folder, DATABASE_FILE))
  } catch (error) {
    driver.close()
    throw error
  }
}

/** Everything that has arrived while the last commit was written: the slower the disk, the larger the groups. */
function drain(
  port: MessagePort,
  first: ToWorker,
): {
  readonly changes: readonly PackedChange[]
  readonly reads: readonly PackedRead[]
  readonly closing: boolean
} {
  const changes: PackedChange[] = []
  const reads: PackedRead[] = []
  for (let next: ToWorker | undefined = first; next !== undefined; next = received(port)) {
    if (next.kind === 'close') return { changes, reads, closing: true }
    for (const change of next.changes) changes.push(change)
    for (const read of next.reads) reads.push(read)
    if (changes.length >= GROUP_LIMIT) break
  }
  return { changes, reads, closing: false }
}

/** A disk that fails here has failed nobody's change: the next round tries again, and the next commit finds out. */
function forget(keeper: Keeper): void {
  try {
    keeper.forget()
  } catch {
    return
  }
}

function received(port: MessagePort): ToWorker | undefined {
  return receiveMessageOnPort(port)?.message as ToWorker | undefined
}

function failedOf(error: unknown): ReturnType<typeof failed> {
  if (error instanceof StoreFailure) return failed(error.fault, error.message)
  return failed(
    'unavailable',
    `the store cannot be opened: ${error instanceof Error ? error.message : 'no reason was given'}`,
  )
}
