import { parentPort, workerData } from 'node:worker_threads'
import { type Driver, openDriver, type Prepared } from '@sallyport/gateway/store/sqlite/driver'
import { serve } from '@sallyport/gateway/store/sqlite/serve'
import { type FaultyData, faultIn } from './faults.ts'

const { folder, fault } = workerData as FaultyData

/** An SQLite on a disk that fails when it is told to. All but the failure is real. */
function faulty(path: string): Driver {
  const driver = openDriver(path)
  const wrap = (sql: string, prepared: Prepared): Prepared => ({
    ...prepared,
    run(...values) {
      const now = faultIn(fault)
      if (sql.startsWith('BEGIN')) {
        // The count is never set below the pages that are there.
        driver.exec(`PRAGMA max_page_count = ${now === 'nothing more fits' ? 1 : 0xfffffffe}`)
      }
      if (sql.startsWith('INSERT INTO hash') && now === 'write fails') throw sqliteError(IO_ERROR)
      if (sql !== 'COMMIT') return prepared.run(...values)
      if (now === 'commit fails, and is lost') throw sqliteError(IO_ERROR)
      if (now === 'commit finds the disk full') throw sqliteError(FULL)
      const changed = prepared.run(...values)
      if (now === 'commit fails, and is on the disk') throw sqliteError(IO_ERROR)
      return changed
    },
  })
  return { ...driver, prepare: (sql) => wrap(sql, driver.prepare(sql)) }
}

const FULL = 13
/** SQLITE_IOERR_FSYNC. */
const IO_ERROR = 1034

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('the disk of this test'), { errcode })
}

if (parentPort === null) throw new Error('this file runs as a thread of a test')
await serve(parentPort, folder, faulty)
