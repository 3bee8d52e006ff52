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
 * A change on its way to the disk. Rows and leaves travel as text, since copying it between threads costs a twentieth of
 * copying objects. A leaf is spelled canonically at once: what is the same in one action after another was spelled before.
 */
export interface PackedChange {
  readonly writes: readonly PackedWrite[]
  readonly leaves: readonly PackedLeaf[]
}

export interface PackedLeaf {
  /** Whose life it belongs to, if to any. */
  readonly action: string | null
  readonly text: string
}

export type PackedWrite =
  | PackedBegin
  | PackedMove
  | PackedVersioned
  | PackedKeep
  | Extract<Write, { readonly kind: 'answer' | 'erase' | 'archive' }>

/** A life that is not there yet, with what is kept of its action where that cannot be lost by itself. */
export interface PackedBegin {
  readonly kind: 'begin'
  readonly id: string
  readonly state: string
  readonly json: string
  /** The action, which never changes. */
  readonly action: string
  readonly askedAt: number
  readonly shape: string
  readonly session: string
  readonly caller: string
  readonly labels: string | null
  readonly kept: PackedKept | null
}

/** The part of a life that changes. */
export interface PackedMove {
  readonly kind: 'move'
  readonly id: string
  readonly from: number
  readonly version: number
  readonly state: string
  readonly json: string
}

export interface PackedKeep {
  readonly kind: 'keep'
  readonly action: string
  readonly kept: PackedKept
}

/** The nonce in hexadecimal: bytes travel worse than text. */
export type PackedKept = Omit<Kept, 'action' | 'nonce'> & { readonly nonce: string }

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
  readonly idempotency: { readonly life: string; readonly claim: string | null } | null
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
