import type { StoreFault } from '../failure.ts'
import type { Head, Kept, Past, Reads, Write } from '../store.ts'

/**
 * What the two threads say to each other. The main thread sends one message a turn of its event loop, the worker one a
 * commit. Answers come in the order of the questions, so neither carries numbers.
 */
export type ToWorker =
  | {
      readonly kind: 'work'
      readonly changes: readonly PackedChange[]
      readonly reads: readonly PackedRead[]
    }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'done'; readonly done: Done }
  | { readonly kind: 'failed'; readonly failed: Failed }
  | { readonly kind: 'closed' }

/**
 * A change on its way to the disk. Rows and leaves travel as JSON text: the engine makes it in native code, and copying
 * text between threads costs a twentieth of copying objects. The slow half of a leaf, its canonical spelling, is left to
 * the worker, which would otherwise wait for the disk while the main thread still has doors to serve.
 */
export interface PackedChange {
  readonly writes: readonly PackedWrite[]
  readonly leaves: readonly string[]
}

export type PackedWrite = PackedLife | PackedVersioned | Exclude<Write, { readonly from: number }>

export interface PackedLife {
  readonly kind: 'life'
  readonly id: string
  readonly from: number
  readonly version: number
  readonly state: string
  readonly json: string
  /** What is looked up and never changes: read only where the life begins. */
  readonly askedAt: number
  readonly shape: string
  readonly session: string
  readonly caller: string
  readonly labels: string | null
}

export interface PackedVersioned {
  readonly kind: 'versioned'
  readonly of: 'standing' | 'freeze' | 'agent' | 'key' | 'sign-in'
  readonly id: string
  readonly from: number
  readonly version: number
  readonly json: string
}

export type PackedRead = {
  [K in keyof Reads]: { readonly kind: K; readonly query: Reads[K]['query'] }
}[keyof Reads]

/** What the worker finds: lives and versioned rows as the text that was stored. */
export interface Found {
  readonly life: string | null
  readonly open: readonly string[]
  readonly waiting: number
  readonly dispatched: readonly string[]
  readonly claim: readonly string[]
  readonly idempotency: { readonly life: string; readonly claim: string } | null
  readonly kept: Kept | null
  readonly identical: number
  readonly counts: Reads['counts']['rows']
  readonly past: Past
  readonly standings: readonly string[]
  readonly standing: string | null
  readonly freezes: readonly string[]
  readonly agents: readonly string[]
  readonly keys: readonly string[]
  readonly signIn: string | null
  readonly archive: string | null
  readonly leaves: Reads['leaves']['rows']
  readonly head: Head
  readonly hashes: readonly Uint8Array[]
  readonly entries: readonly Uint8Array[]
}

export interface Done {
  readonly changes: readonly Outcome[]
  readonly reads: readonly ReadOutcome[]
  /** Null where the log did not grow. */
  readonly head: Head | null
  /** Set once nobody can know what is on the disk: the store is over. */
  readonly doubt: Failed | null
}

/** What became of a change: committed, with the index of its first leaf, or nothing of it is there. */
export type Outcome = number | 'lost' | Failed

export type ReadOutcome = { readonly kind: 'found'; readonly found: Found[keyof Found] } | Failed

/** An error loses its class between threads. */
export interface Failed {
  readonly kind: 'failed'
  readonly fault: StoreFault
  readonly message: string
}
