import type { Effect } from '@sallyport/core/action/effect'
import type { NonEmpty } from '@sallyport/core/given'
import type { KeyPaths } from '../body/key-paths.ts'

/** What a request asks for by its body and not by method and path: every operation in it, and not one more. */
export interface Carried {
  readonly operations: NonEmpty<CarriedOperation>
  /** How many are run: a document has one operation under many names, and a batch has it many times. */
  readonly runs: number
  /** The caller chose a name in the answer, under which nobody else knows the field. */
  readonly renames: boolean
  /** Where the language knows more of the keys than the form that it is sent in. */
  readonly keys: KeyPaths | null
  /** Names of values that stand elsewhere in the body and are given to something that goes by a secret's name. */
  readonly secrets: ReadonlySet<string>
}

export interface CarriedOperation {
  /** `mutation deleteCustomer`, `delete_customer`: made of the target's words, never of a name that the caller chose. */
  readonly name: string
  /** Whether the name says all of it. */
  readonly nameKnown: boolean
  /** What it does where the operator says nothing of it. */
  readonly effects: NonEmpty<Effect>
  readonly deferred: boolean
  /** Null where they cannot be told from it. */
  readonly datasets: readonly string[] | null
}

/** More operations in one request are none that a client means. */
const BATCH_LIMIT = 100

/** A JSON object with no other members than these: a server could take its operation from any other. */
export function membersOf<Name extends string>(
  value: unknown,
  names: readonly Name[],
): Partial<Readonly<Record<Name, unknown>>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.keys(value).every((key) => names.some((name) => name === key)) ? value : null
}

/** One, or a batch of some. Null: a batch of none or of too many. */
export function batchOf(value: unknown): readonly unknown[] | null {
  if (!Array.isArray(value)) return [value]
  return value.length === 0 || value.length > BATCH_LIMIT ? null : value
}
