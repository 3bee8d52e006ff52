import type { AgentId, PersonId } from '../action/ids.ts'

/** How the caller was proved. Never the proof itself: that was checked where it entered and forgotten there. */
export type Proof =
  | { readonly kind: 'agent-key'; readonly key: string; readonly madeBy: Maker }
  | { readonly kind: 'sign-in'; readonly session: string; readonly madeBy: Maker }
  | { readonly kind: 'person-token'; readonly token: string; readonly madeBy: Maker }

/** Whoever made the link or the key behind a proof: they could have used it themself. Null for what the operator's token made. */
export type Maker = PersonId | null

/** Something a caller tells of itself. `claimed` was only said; `attested` was signed by somebody that the configuration trusts. */
export interface Told {
  readonly value: string
  readonly trust: 'claimed' | 'attested'
}

/**
 * Who asks: a chain, never one name. The owner answers for the agents; `actsFor` are the people in whose name they act.
 * A person acting alone stands in both. `identity.prove` is the only maker.
 */
export interface Caller {
  readonly agents: readonly AgentId[]
  readonly owner: PersonId
  readonly actsFor: readonly PersonId[]
  readonly run?: Told
  readonly model?: Told
  readonly proof: Proof
}
