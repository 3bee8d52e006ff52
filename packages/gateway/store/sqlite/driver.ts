import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'

export type Row = Readonly<Record<string, SQLOutputValue>>

/** All that the store wants of an SQLite: few enough words that a test can make any of them fail. */
export interface Driver {
  exec(sql: string): void
  prepare(sql: string): Prepared
  inTransaction(): boolean
  close(): void
}

export interface Prepared {
  /** How many rows it changed. */
  run(...values: readonly SQLInputValue[]): number
  get(...values: readonly SQLInputValue[]): Row | undefined
  all(...values: readonly SQLInputValue[]): readonly Row[]
}

export function openDriver(path: string): Driver {
  const database = new DatabaseSync(path, { allowExtension: false })
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        run: (...values) => Number(statement.run(...values).changes),
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      }
    },
    inTransaction: () => database.isTransaction,
    close: () => database.close(),
  }
}

// The primary result codes that mean something to us: https://sqlite.org/rescode.html
const BUSY = 5
const CORRUPT = 11
const FULL = 13
const NOT_A_DATABASE = 26

/** What an error of SQLite says about the file. The lowest byte is the primary code. */
export function troubleOf(error: unknown): 'busy' | 'damaged' | 'full' | 'other' {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1
  if (code === BUSY) return 'busy'
  if (code === FULL) return 'full'
  return code === CORRUPT || code === NOT_A_DATABASE ? 'damaged' : 'other'
}

export function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Error(`no text in column \`${column}\``)
  return value
}

export function textOrNullIn(row: Row, column: string): string | null {
  return row[column] === null ? null : textIn(row, column)
}

export function numberIn(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new Error(`no number in column \`${column}\``)
  return value
}

export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw new Error(`no bytes in column \`${column}\``)
  return value
}
