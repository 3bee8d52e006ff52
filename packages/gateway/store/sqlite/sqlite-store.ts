import type { Worker } from 'node:worker_threads'
import type { ActionId } from '@sallyport/core/action/ids'
import type { Leaf } from '@sallyport/core/ledger/leaf'
import type { Life } from '@sallyport/core/lifecycle/life'
import { type Durable, durable } from '../durable.ts'
import { StoreFailure } from '../failure.ts'
import type { Change, Head, Reads, Store } from '../store.ts'
import { Audience } from './audience.ts'
import { parseFound } from './found.ts'
import type {
  Done,
  Found,
  FromWorker,
  Outcome,
  PackedChange,
  PackedRead,
  ReadOutcome,
  ToWorker,
} from './message.ts'
import { pack } from './pack.ts'

/** Beyond this the disk is not keeping up, and to say so beats to let memory fill. */
const WAITING_LIMIT = 65_536

interface WaitingChange {
  readonly change: Change
  readonly resolve: (outcome: Durable | 'lost') => void
  readonly reject: (failure: Error) => void
}

interface WaitingRead {
  readonly resolve: (found: Found[keyof Found]) => void
  readonly reject: (failure: Error) => void
}

/** The main thread's side: gathers a turn's work into one message, and hands the answers out in the same order. */
export class SqliteStore implements Store {
  readonly #worker: Worker
  readonly #audience = new Audience()
  #changes: PackedChange[] = []
  #reads: PackedRead[] = []
  #scheduled = false
  readonly #waitingChanges: WaitingChange[] = []
  readonly #waitingReads: WaitingRead[] = []
  /** Why nothing more is taken. */
  #over: StoreFailure | undefined
  #closing: Promise<void> | undefined

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'done') this.#hear(message.done)
    })
    worker.on('error', (error) => this.#end(error))
    worker.on('exit', () => this.#end())
  }

  move(change: Change): Promise<Durable | 'lost'> {
    return new Promise((resolve, reject) => {
      this.#mayTakeMore()
      this.#changes.push(pack(change))
      this.#waitingChanges.push({ change, resolve, reject })
      this.#schedule()
    })
  }

  async append(leaf: Leaf): Promise<Durable> {
    const outcome = await this.move({ writes: [], leaves: [leaf] })
    if (outcome === 'lost') throw new Error('a leaf alone compares nothing and was lost')
    return outcome
  }

  async read<K extends keyof Reads>(kind: K, query: Reads[K]['query']): Promise<Reads[K]['rows']> {
    const found = await new Promise<Found[keyof Found]>((resolve, reject) => {
      this.#mayTakeMore()
      this.#reads.push({ kind, query } as PackedRead)
      this.#waitingReads.push({ resolve, reject })
      this.#schedule()
    })
    // Answers come in the order of the questions, so this one is of the kind that was asked for.
    return parseFound(kind, found as Found[K])
  }

  async *watch(id: ActionId, signal: AbortSignal): AsyncGenerator<Life> {
    // Followed before it is read: what is committed in between arrives twice rather than not at all.
    const feed = this.#audience.follow(id)
    const end = () => feed.end()
    signal.addEventListener('abort', end)
    try {
      const present = await this.read('life', { id })
      if (present === null || signal.aborted) return
      yield present
      if (present.ended !== null) return
      for await (const life of feed.lives) {
        if (life.version <= present.version) continue
        yield life
        if (life.ended !== null) return
      }
    } finally {
      signal.removeEventListener('abort', end)
      feed.end()
    }
  }

  onLives(listener: (lives: readonly Life[]) => void): () => void {
    return this.#audience.onLives(listener)
  }

  onHead(listener: (head: Head) => void): () => void {
    return this.#audience.onHead(listener)
  }

  onFailed(listener: (failure: StoreFailure) => void): () => void {
    return this.#audience.onFailed(listener)
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#over !== undefined) return resolve()
      this.#worker.once('exit', () => resolve())
      this.#flush()
      this.#over = new StoreFailure('unavailable', 'the store is closed')
      this.#post({ kind: 'close' })
    })
    return this.#closing
  }

  #mayTakeMore(): void {
    if (this.#over !== undefined) throw this.#over
    if (this.#waitingChanges.length + this.#waitingReads.length >= WAITING_LIMIT)
      throw new StoreFailure(
        'not-written',
        'the disk does not keep up, and too much waits for it: try again later',
      )
  }

  /** At the end of this turn, so that everything that its events have brought goes in one message. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#over !== undefined || this.#changes.length + this.#reads.length === 0) return
    this.#post({ kind: 'work', changes: this.#changes, reads: this.#reads })
    this.#changes = []
    this.#reads = []
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  /** First whoever waits, then whoever listens. */
  #hear({ changes, reads, head, doubt }: Done): void {
    const waiting = this.#waitingChanges.splice(0, changes.length)
    const lives: Life[] = []
    for (const [index, { change, resolve, reject }] of waiting.entries()) {
      const outcome: Outcome | undefined = changes[index]
      if (typeof outcome === 'number') {
        // The one place where a proof is made: the worker has said that the commit returned.
        resolve(durable(outcome))
        for (const write of change.writes) if (write.kind === 'life') lives.push(write.life)
      } else if (outcome === 'lost') resolve('lost')
      else reject(failureOf(outcome))
    }
    for (const [index, { resolve, reject }] of this.#waitingReads.splice(0, reads.length).entries()) {
      const outcome: ReadOutcome | undefined = reads[index]
      if (outcome?.kind === 'found') resolve(outcome.found)
      else reject(failureOf(outcome))
    }
    this.#audience.tell(lives, head)
    if (doubt !== null) this.#audience.tellFailed(failureOf(doubt))
  }

  /** The thread is gone. Whether its last group was committed is not known, so nobody who waits is told that it was. */
  #end(cause?: unknown): void {
    this.#over ??= new StoreFailure(
      'unavailable',
      'the thread that keeps the store has ended: restart the gateway',
      cause,
    )
    for (const { reject } of this.#waitingChanges.splice(0)) reject(this.#over)
    for (const { reject } of this.#waitingReads.splice(0)) reject(this.#over)
    this.#audience.endAll(this.#closing === undefined ? this.#over : undefined)
    if (this.#closing === undefined) this.#audience.tellFailed(this.#over)
  }
}

function failureOf(outcome: Exclude<ReadOutcome, { readonly kind: 'found' }> | undefined): StoreFailure {
  if (outcome === undefined) return new StoreFailure('unavailable', 'the store gave no answer')
  return new StoreFailure(outcome.fault, outcome.message)
}
