import { leafBytes } from '@sallyport/core/ledger/leaf'
import type { StoreFault } from '../failure.ts'
import { type Driver, type Prepared, troubleOf } from './driver.ts'
import { type Entry, type Log, openLog } from './log.ts'
import type { Done, Failed, Outcome, PackedChange, PackedLeaf, PackedRead, ReadOutcome } from './message.ts'
import { type Reader, readerOf } from './reads.ts'
import { type Writer, writerOf } from './writes.ts'

export async function openKeeper(driver: Driver, path: string): Promise<Keeper> {
  return new Keeper(driver, await openLog(driver, path))
}

/** The side that has the disk. Synchronous on purpose: between BEGIN and COMMIT nothing else can come in. */
export class Keeper {
  readonly #driver: Driver
  readonly #log: Log
  readonly #write: Writer
  readonly #read: Reader
  readonly #statements: Readonly<Record<'begin' | 'commit' | 'savepoint' | 'release' | 'takeBack', Prepared>>
  /** Set once nobody can know what is on the disk. Nothing more is written or answered then (law 4). */
  #doubt: Failed | undefined
  /** Something was erased, and older pages of the write-ahead log still hold it. */
  #erased = false

  constructor(driver: Driver, log: Log) {
    this.#driver = driver
    this.#log = log
    this.#write = writerOf(driver)
    this.#read = readerOf(driver, () => log.head())
    this.#statements = {
      begin: driver.prepare('BEGIN IMMEDIATE'),
      commit: driver.prepare('COMMIT'),
      savepoint: driver.prepare('SAVEPOINT change'),
      release: driver.prepare('RELEASE change'),
      takeBack: driver.prepare('ROLLBACK TO change'),
    }
  }

  /** Commits the changes together, then reads: whoever was told of a change finds it. */
  work(changes: readonly PackedChange[], reads: readonly PackedRead[]): Done {
    const before = this.#log.size()
    const outcomes = changes.length === 0 ? [] : this.#commitTogether(changes)
    const found = reads.map((read) => this.#answer(read))
    this.#erased ||= changes.some(({ writes }) => writes.some(({ kind }) => kind === 'erase'))
    const head = this.#log.size() > before ? this.#log.head() : null
    return { changes: outcomes, reads: found, head, doubt: this.#doubt ?? null }
  }

  /** Moves the write-ahead log into the file and empties it. What was erased is then in neither: the file overwrites it. */
  forget(): void {
    if (!this.#erased || this.#doubt !== undefined) return
    this.#driver.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#erased = false
  }

  close(): void {
    this.#driver.close()
  }

  #commitTogether(changes: readonly PackedChange[]): readonly Outcome[] {
    const { begin, commit } = this.#statements
    const encoded = changes.map(encode)
    let committing = false
    try {
      if (this.#doubt !== undefined) return changes.map(() => this.#doubt ?? UNKNOWN)
      // True now: the disk ends with the last group. If we stop anywhere before COMMIT it still does, since SQLite forgets
      // an unfinished transaction, and nobody was told of these changes.
      begin.run()
      const entries: Entry[] = []
      const outcomes = encoded.map(({ writes, leaves }): Outcome => {
        if ('kind' in leaves) return leaves
        if (!this.#apply(writes)) return 'lost'
        return this.#log.size() + entries.push(...leaves) - leaves.length
      })
      const frontier = this.#log.grow(entries)
      // True now: rows and leaves of every winner are in one transaction, nothing of a loser is. COMMIT returns after the
      // write-ahead log was synced. If we stop inside it, the next opening finds the whole group or nothing of it.
      committing = true
      commit.run()
      // True now: the group is on the disk. If we stop here nobody hears of it: what it dispatched was not sent and ends
      // as `unknown`, and whoever tries again loses by compare-and-set.
      this.#log.settle(frontier)
      return outcomes
    } catch (error) {
      const failure = this.#undo(error, committing)
      return encoded.map(({ leaves }) => ('kind' in leaves ? leaves : failure))
    }
  }

  /** A change whose later write loses takes the earlier ones back. A single write has none. */
  #apply(writes: PackedChange['writes']): boolean {
    const { savepoint, release, takeBack } = this.#statements
    if (writes.length <= 1) return writes.every(this.#write)
    savepoint.run()
    const won = writes.every(this.#write)
    if (!won) takeBack.run()
    release.run()
    return won
  }

  #undo(error: unknown, committing: boolean): Failed {
    const trouble = troubleOf(error)
    // A full disk did not take the last page of the group, without which none of it counts. Any other failure of a COMMIT
    // may have come after the group was written: to go on would be to build on what a crash takes away or brings back.
    if (committing && trouble !== 'full') this.#doubt = UNKNOWN
    try {
      if (this.#driver.inTransaction()) this.#driver.exec('ROLLBACK')
    } catch {
      this.#doubt = UNKNOWN
    }
    if (this.#doubt !== undefined) return this.#doubt
    return trouble === 'full'
      ? failed(
          'full',
          'the disk of the data folder is full: free some space; nothing that was acknowledged is lost',
        )
      : failed('not-written', `the store did not take this: ${messageOf(error)}`)
  }

  #answer(question: PackedRead): ReadOutcome {
    if (this.#doubt !== undefined) return this.#doubt
    try {
      return { kind: 'found', found: this.#read(question) }
    } catch (error) {
      return failed(
        troubleOf(error) === 'damaged' ? 'damaged' : 'unavailable',
        `the store could not read: ${messageOf(error)}`,
      )
    }
  }
}

interface Encoded {
  readonly writes: PackedChange['writes']
  readonly leaves: readonly Entry[] | Failed
}

/** Outside the transaction, so that a leaf which fits no record fails its own change and no other. */
function encode({ writes, leaves }: PackedChange): Encoded {
  try {
    return { writes, leaves: leaves.map(entryOf) }
  } catch (error) {
    return { writes, leaves: failed('not-written', messageOf(error)) }
  }
}

function entryOf({ action, text }: PackedLeaf): Entry {
  return { action, bytes: leafBytes(text) }
}

export function failed(fault: StoreFault, message: string): Failed {
  return { kind: 'failed', fault, message }
}

const UNKNOWN = failed(
  'unavailable',
  'the disk failed while the record was written, and only opening the store again tells what it holds: restart, and look at the disk',
)

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason was given'
}
