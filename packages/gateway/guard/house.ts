import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { History } from './history.ts'
import type { Load } from './load.ts'
import type { GuardParts } from './parts.ts'
import type { Shelf } from './shelf.ts'

/** What the files of the guard share: what it was given, and what it remembers while it runs. */
export interface House {
  readonly parts: GuardParts
  readonly shelf: Shelf
  readonly history: History
  readonly load: Load
  /** A read flew and its record was not taken: until one is again, reads wait for theirs as changes do. */
  readonly doubt: { recording: boolean }
  /** Dispatched and not settled: a freeze cuts these. */
  readonly flying: Map<ActionId, { readonly life: Life; readonly cut: AbortController }>
}
