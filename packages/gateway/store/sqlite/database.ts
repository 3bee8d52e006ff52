import { randomUUID } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StoreFailure } from '../failure.ts'
import { type Driver, openDriver, textIn, troubleOf } from './driver.ts'
import { migrate, versionOf } from './schema.ts'

export const DATABASE_FILE = 'sallyport.db'

/** How long a successor waits for a process that is still closing. */
const IN_USE_WAIT_MS = 2_000
/** Above this the opening reads the file's ends only: looking at every page would take minutes. */
const CHECKED_BYTES: number = 512 * 1024 * 1024
/** What the write-ahead log shrinks to after a burst. */
const WAL_KEPT_BYTES: number = 64 * 1024 * 1024
/** How much is written ahead before it is moved into the file: less of it means more syncs, more of it a longer opening. */
const WAL_PAGES = 8_192
/** The inner pages of the indexes by id and by claim, whose keys come in no order, have to stay in memory. */
const CACHE_KIB: number = 64 * 1024

/** The folder's database, locked for this process, checked, and in the shape that this build knows. */
export function openDatabase(folder: string, connect: (path: string) => Driver = openDriver): Driver {
  const path = join(folder, DATABASE_FILE)
  prepare(folder)
  let driver: Driver | undefined
  try {
    create(folder, path, connect)
    if (statSync(path).size === 0) throw damaged(path, 'it is empty')
    driver = connect(path)
    lock(driver)
    check(driver, path)
    migrate(driver, path)
    return driver
  } catch (error) {
    driver?.close()
    throw explained(error, folder, path)
  }
}

function prepare(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Also where an operator made the folder. What SQLite puts beside its file takes the mode of that file.
  chmodSync(folder, 0o700)
}

/**
 * A database gets its name only when it is whole. So an empty or half-written file under that name is always damage and
 * never a beginning: SQLite by itself would take an empty file for a new store and start a second history.
 */
function create(folder: string, path: string, connect: (path: string) => Driver): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  const draft = `${path}.${randomUUID()}.new`
  closeSync(openSync(draft, 'wx', 0o600))
  const driver = connect(draft)
  driver.exec('PRAGMA secure_delete = ON; PRAGMA synchronous = FULL')
  migrate(driver, draft)
  driver.exec('PRAGMA journal_mode = WAL')
  driver.close()
  // The draft is whole and synced. If we stop here it is a stray file that nobody opens.
  try {
    linkSync(draft, path)
  } catch (error) {
    // Another process was first. Its store is as good; the lock decides who has it.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  rmSync(draft)
  const directory = openSync(folder, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

/** The system releases this lock with the process, however it ends: no stale file is ever in the way. */
function lock(driver: Driver): void {
  driver.exec(`PRAGMA busy_timeout = ${IN_USE_WAIT_MS}; PRAGMA locking_mode = EXCLUSIVE`)
  driver.exec('BEGIN EXCLUSIVE; COMMIT')
  driver.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
    PRAGMA wal_autocheckpoint = ${WAL_PAGES};
    PRAGMA cache_size = -${CACHE_KIB};
  `)
}

function check(driver: Driver, path: string): void {
  if (versionOf(driver) === 0) throw damaged(path, 'it is no store of sallyport')
  if (statSync(path).size > CHECKED_BYTES) return
  const found = textIn(driver.prepare('PRAGMA quick_check(1)').get() ?? {}, 'quick_check')
  if (found !== 'ok') throw damaged(path, found.replaceAll('\n', ' '))
}

export function damaged(path: string, how: string, cause?: unknown): StoreFailure {
  return new StoreFailure(
    'damaged',
    `\`${path}\` is damaged (${how}): stop here, keep a copy of the whole folder, then restore a backup`,
    cause,
  )
}

function explained(error: unknown, folder: string, path: string): unknown {
  if (error instanceof StoreFailure) return error
  switch (troubleOf(error)) {
    case 'busy':
      return new StoreFailure(
        'in-use',
        `the data folder \`${folder}\` is in use by another process: stop that one, or give this one a folder of its own`,
        error,
      )
    case 'damaged':
      return damaged(path, error instanceof Error ? error.message : 'unreadable', error)
    case 'full':
      return new StoreFailure(
        'full',
        `the disk of \`${folder}\` is full: free some space and start again`,
        error,
      )
    case 'other':
      return error
  }
}
