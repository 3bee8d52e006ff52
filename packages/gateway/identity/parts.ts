import type { KeyObject } from 'node:crypto'
import type { Digest, PersonId } from '@sallyport/core/action/ids'
import type { Clock, RandomBytes, Sha256 } from '@sallyport/core/given'
import type { Changed } from '@sallyport/core/ledger/leaf'
import type { Directory } from '@sallyport/core/people/directory'
import type { Redacted } from '@sallyport/core/redact/redacted'
import type { AgentRow, Store } from '../store/store.ts'

/** Everything that identity is given. */
export interface IdentityParts {
  readonly store: Store
  readonly keys: { readonly derivation: KeyObject }
  /** What the operator's token file says. */
  readonly operatorToken: string
  /** Everybody known with these agents: people and groups are the configuration's, as it is when this is called. */
  readonly directory: (agents: readonly AgentRow[]) => Directory
  readonly clock: Clock
  readonly random: RandomBytes
  readonly sha256: Sha256
}

/** Who changes something: a person, or whoever holds the operator's token. */
export type Changer = PersonId | 'operator'

/** One entry of the record about identity. Names, never a token or what is stored of one. */
export function changed(
  parts: IdentityParts,
  what: 'directory' | 'agent' | 'key' | 'sign-in',
  event: string,
  name: string,
  by: Changer | null,
  note: Redacted,
  digest: Digest | null = null,
): { readonly v: 1; readonly at: ReturnType<Clock> } & Changed {
  return { v: 1, at: parts.clock(), kind: 'changed', what, event, name, by, digest, unguarded: true, note }
}
