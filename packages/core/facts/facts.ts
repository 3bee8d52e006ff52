import type { HttpFacts } from './http.ts'
import type { SelfFacts } from './self.ts'

/** A word that says what kind of data or danger something is: `pii`, `secret`, `tunnel`. */
export type Label = string

/** The facts that can be unknown. Each then takes its strictest value, and policies that read a text or set of it refuse. */
export type FactName =
  | 'operation'
  | 'datasets'
  | 'labels'
  | 'destination'
  | 'rows'
  | 'deferred'
  | 'unbounded'
  | 'http.path'
  | 'http.query'
  | 'http.type'
  | 'http.body'

/**
 * What is known of an action without its values (law 6). They are built free of values, so that policy can read nothing
 * but what the leaf may keep in clear: a path is a template, query and body are their keys.
 */
export interface CommonFacts {
  /** False: nobody could say what this does. Its effect is then `execute`. */
  readonly understood: boolean
  readonly unknown: readonly FactName[]
  readonly labels: readonly Label[]
  /** The resource's own word for the command: `GET /customers/{id}`, an OpenAPI operation, a tool's name. */
  readonly operation: string
  readonly datasets: readonly string[]
  /** It runs later or again. */
  readonly deferred: boolean
  /** It has no limit to what it touches. */
  readonly unbounded: boolean
  /** How many rows or items, at most. Unknown counts as the largest. */
  readonly rows: number
  /** Where data goes, or `''` where it stays with the caller. */
  readonly destination: string
  /** How much of the answer may go on, where that is limited. */
  readonly cap?: CapFacts
}

/** Each null where it is not limited. */
export interface CapFacts {
  readonly bytes: number | null
  readonly items: number | null
  /** The only labels that fields of the answer may have. */
  readonly classes: readonly Label[] | null
}

export type KindFacts = HttpFacts | SelfFacts
export type Facts = CommonFacts & KindFacts

/** The strictest number of rows: Cedar's Long is wider, but a JSON number must stay exact. */
export const ROWS_UNKNOWN: number = Number.MAX_SAFE_INTEGER

/** Common facts of something harmless and well understood; a describer states what differs. */
export const PLAIN_FACTS: CommonFacts = {
  understood: true,
  unknown: [],
  labels: [],
  operation: '',
  datasets: [],
  deferred: false,
  unbounded: false,
  rows: 0,
  destination: '',
}
