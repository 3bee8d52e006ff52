import { setTimeout as wait } from 'node:timers/promises'
import { type Checkpoint, openCheckpoint, signCheckpoint } from '@sallyport/core/ledger/checkpoint'
import { parseHash, sameHash } from '@sallyport/core/ledger/hash'
import type { Signer, Verifier } from '@sallyport/core/ledger/note'
import type { Head, Store } from '../store/store.ts'
import { readKept, writeKept } from './kept.ts'
import { rootAt } from './stored-tree.ts'

export interface PublisherOptions {
  readonly store: Pick<Store, 'read' | 'onHead'>
  /** Both of the log's own key, whose name is the log's origin. */
  readonly signer: Signer
  readonly verifier: Verifier
  /** Beside the signing key, outside the store. */
  readonly keptPath: string
}

export interface Published {
  readonly size: number
  /** The signed note, verbatim. */
  readonly note: string
}

/** Why this log may not be signed on. Signing anyway would give two histories one name, which nobody can take back. */
export class PublisherFailure extends Error {
  readonly fault: 'behind' | 'forked' | 'kept-unreadable' | 'kept-missing'

  constructor(fault: 'behind' | 'forked' | 'kept-unreadable' | 'kept-missing', message: string) {
    super(message)
    this.name = 'PublisherFailure'
    this.fault = fault
  }
}

/** A burst of commits needs one signature, not one each: every publication syncs a file that the commits wait behind. */
const PAUSE_MS = 100
/** After a publication that failed. */
const RETRY_MS = 1_000
/** How long somebody waits for a leaf of theirs to be covered. */
const COVER_WAIT_MS = 5_000

/** Signs on from the kept checkpoint. Rejects with a `PublisherFailure` where the store does not continue it. */
export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  const kept = (await keptCheckpoint(options)) ?? (await firstCheckpoint(options))
  await mustContinue(kept.checkpoint, options)
  const publisher = new Publisher(options, { size: kept.checkpoint.size, note: kept.note })
  await publisher.start()
  return publisher
}

interface KeptCheckpoint {
  readonly checkpoint: Checkpoint
  readonly note: string
}

/**
 * Of a log without a leaf, kept before there is one: from then on a store with leaves and no kept checkpoint is one whose
 * memory was taken away, and signing on could give two histories one name.
 */
async function firstCheckpoint({ store, signer, keptPath }: PublisherOptions): Promise<KeptCheckpoint> {
  const { size, root } = await store.read('head', {})
  const hash = parseHash(root)
  if (size > 0 || hash === undefined) {
    throw new PublisherFailure(
      'kept-missing',
      `\`${keptPath}\` is missing beside a store with ${size} leaves: nothing is signed, since it cannot be known what was; put the file back from the backup of the keys`,
    )
  }
  const checkpoint = { kind: 'checkpoint', origin: signer.name, size, root: hash, extensions: [] } as const
  const note = signCheckpoint(checkpoint, [signer])
  await writeKept(keptPath, note)
  return { checkpoint, note }
}

async function keptCheckpoint({ verifier, keptPath }: PublisherOptions): Promise<KeptCheckpoint | undefined> {
  const note = await readKept(keptPath)
  if (note === undefined) return undefined
  const opened = openCheckpoint(note, verifier)
  if (opened.kind === 'signed') return { checkpoint: opened.checkpoint, note }
  throw new PublisherFailure(
    'kept-unreadable',
    `\`${keptPath}\` is no checkpoint of this log's key (${opened.kind}): put back the file and the key that belong together`,
  )
}

async function mustContinue(kept: Checkpoint, { store, keptPath }: PublisherOptions): Promise<void> {
  const { size } = await store.read('head', {})
  if (size < kept.size) {
    throw new PublisherFailure(
      'behind',
      `the store has ${size} leaves and \`${keptPath}\` was signed over ${kept.size}: nothing is signed, since an older store was put back; bring back the newer one`,
    )
  }
  if (sameHash(await rootAt(store, kept.size), kept.root)) return
  throw new PublisherFailure(
    'forked',
    `the first ${kept.size} leaves of the store are not those that \`${keptPath}\` was signed over: nothing is signed; bring back the store that belongs to this key`,
  )
}

/** Outside the commit path: a commit never waits for a signature, and only the newest head gets one. */
export class Publisher {
  readonly #options: PublisherOptions
  #published: Published | undefined
  #next: Head | undefined
  #working: Promise<void> | undefined
  #problem: Error | undefined
  readonly #closing = new AbortController()
  #unsubscribe: () => void = () => undefined
  readonly #covered = new Set<() => void>()

  constructor(options: PublisherOptions, published: Published | undefined) {
    this.#options = options
    this.#published = published
  }

  /** Listens before it looks, so that no commit falls between. */
  async start(): Promise<void> {
    const { store } = this.#options
    this.#unsubscribe = store.onHead((head) => this.#take(head))
    this.#take(await store.read('head', {}))
  }

  /** The newest checkpoint that anybody may be shown. */
  current(): Published | undefined {
    return this.#published
  }

  /** What stands in the way of publishing, while it does. */
  problem(): Error | undefined {
    return this.#problem
  }

  /** A checkpoint over at least so many leaves. */
  async covering(size: number): Promise<Published> {
    const tooLate = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(COVER_WAIT_MS)])
    for (;;) {
      const published = this.#published
      if (published !== undefined && published.size >= size) return published
      if (tooLate.aborted)
        throw new Error('no checkpoint covers this leaf yet: ask again later', { cause: this.#problem })
      await this.#nextOr(tooLate)
    }
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#closing.abort()
    await this.#working
  }

  #take(head: Head): void {
    if (this.#next === undefined || this.#next.size < head.size) this.#next = head
    this.#working ??= this.#work().finally(() => (this.#working = undefined))
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing
    for (let head = this.#next; head !== undefined; head = this.#next) {
      this.#next = undefined
      try {
        await this.#publish(head)
        this.#problem = undefined
      } catch (error) {
        this.#problem = error instanceof Error ? error : new Error('publishing failed')
        this.#next ??= head
      }
      if (signal.aborted) return
      await wait(this.#problem === undefined ? PAUSE_MS : RETRY_MS, undefined, { signal }).catch(
        () => undefined,
      )
    }
  }

  async #publish({ size, root }: Head): Promise<void> {
    if (this.#published !== undefined && size <= this.#published.size) return
    const hash = parseHash(root)
    if (hash === undefined) throw new Error('the head of the store has no root')
    const { signer, keptPath } = this.#options
    // True now: these leaves are committed. If we stop before the note is kept, nobody has seen it, and the next start
    // signs this head or a later one that continues it.
    const note = signCheckpoint({ origin: signer.name, size, root: hash, extensions: [] }, [signer])
    await writeKept(keptPath, note)
    // True now: whatever is served from here on is known at the next start.
    this.#published = { size, note }
    for (const tell of this.#covered) tell()
  }

  #nextOr(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#covered.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#covered.add(done)
      signal.addEventListener('abort', done)
    })
  }
}
