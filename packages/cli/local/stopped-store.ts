import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { DATABASE_FILE } from '@sallyport/gateway/store/sqlite/database'
import { type Driver, numberIn, textIn, troubleOf } from '@sallyport/gateway/store/sqlite/driver'
import { parseFound } from '@sallyport/gateway/store/sqlite/found'
import type { Found, PackedRead } from '@sallyport/gateway/store/sqlite/message'
import { readerOf } from '@sallyport/gateway/store/sqlite/reads'
import { SCHEMA_VERSION, versionOf } from '@sallyport/gateway/store/sqlite/schema'
import type { AgentRow, Reads, Store } from '@sallyport/gateway/store/store'

/** The store of a gateway that does not run, for looking only. */
export type StoppedStore =
  | { readonly kind: 'none' }
  | { readonly kind: 'in-use' }
  | { readonly kind: 'unusable'; readonly says: string; readonly help: string }
  | {
      readonly kind: 'readable'
      readonly read: Store['read']
      readonly agents: readonly AgentRow[]
      readonly close: () => void
    }

export function openStoppedStore(folder: string): StoppedStore {
  const path = join(folder, DATABASE_FILE)
  if (!existsSync(path)) return { kind: 'none' }
  try {
    const database = new DatabaseSync(settled(path), { readOnly: true })
    try {
      return looked(database, path)
    } catch (cause) {
      database.close()
      throw cause
    }
  } catch (cause) {
    if (troubleOf(cause) === 'busy') return { kind: 'in-use' }
    const says = `\`${path}\` cannot be read`
    return { kind: 'unusable', says, help: 'keep a copy of the whole folder, then restore a backup' }
  }
}

/**
 * A store that was closed has no write-ahead log, and can be looked at without a byte being written beside it. One that has
 * it is open somewhere, or was cut off: then SQLite has to look at both.
 */
function settled(path: string): string | URL {
  if (existsSync(`${path}-wal`)) return path
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  return url
}

function looked(database: DatabaseSync, path: string): StoppedStore {
  const driver = driverOf(database)
  const version = versionOf(driver)
  if (version > SCHEMA_VERSION) {
    database.close()
    return {
      kind: 'unusable',
      says: `\`${path}\` was written by a newer sallyport (data version ${version}, this one knows ${SCHEMA_VERSION})`,
      help: 'start that version, or restore a backup from before the update',
    }
  }
  const damage = textIn(driver.prepare('PRAGMA quick_check(1)').get() ?? {}, 'quick_check')
  if (damage !== 'ok') {
    database.close()
    return {
      kind: 'unusable',
      says: `\`${path}\` is damaged`,
      help: 'keep a copy of the whole folder, then restore a backup',
    }
  }
  const last = driver.prepare('SELECT count(*) AS size FROM leaf').get() ?? {}
  // The root is asked of nobody here: what is verified is verified from the tiles.
  const find = readerOf(driver, () => ({ size: numberIn(last, 'size'), root: new Uint8Array() }))
  const read = <K extends keyof Reads>(kind: K, query: Reads[K]['query']): Reads[K]['rows'] =>
    parseFound(kind, find({ kind, query } as PackedRead) as Found[K])
  return {
    kind: 'readable',
    read: async (kind, query) => read(kind, query),
    agents: read('agents', {}),
    close: () => database.close(),
  }
}

/** Reading only: whoever asks this one to write has the wrong one. */
function driverOf(database: DatabaseSync): Driver {
  return {
    exec: () => undefined,
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        run: () => 0,
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      }
    },
    inTransaction: () => false,
    close: () => database.close(),
  }
}
