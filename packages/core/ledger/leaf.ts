import { canonicalText } from '../action/canonical.ts'
import type { Effect } from '../action/effect.ts'
import type {
  ActionId,
  Digest,
  FreezeId,
  GroupId,
  PersonId,
  ResourceId,
  SessionId,
  Shape,
  StandingId,
} from '../action/ids.ts'
import type { Facts } from '../facts/facts.ts'
import type { Instant, NonEmpty } from '../given.ts'
import type {
  AnswerSize,
  ApproveScope,
  DenyScope,
  JudgedBy,
  SentBody,
  State,
  Wait,
} from '../lifecycle/life.ts'
import type { EventKind } from '../lifecycle/table.ts'
import type { Caller } from '../people/caller.ts'
import type { Circumstances, Target, Verdict } from '../policy/verdict.ts'
import type { Redacted } from '../redact/redacted.ts'
import type { RefusalCode } from '../refusal/table.ts'

/**
 * One entry of the record. Usage, not content (law 6): ids, facts, digests under a nonce and counts. Everything that a
 * verdict was made from stands in `admitted`, so that it replays from the leaf and the two archived digests.
 */
export type Leaf = { readonly v: 1; readonly at: Instant } & (Admitted | Moved | Stood | Froze | Changed)

export interface Admitted {
  readonly kind: 'admitted'
  readonly action: ActionId
  readonly version: 1
  readonly caller: Caller
  readonly chain: readonly PersonId[]
  readonly session: SessionId
  readonly resource: ResourceId
  readonly target: Target
  readonly effects: NonEmpty<Effect>
  readonly facts: Facts
  readonly digest: Digest
  readonly shape: Shape
  readonly circumstances: Circumstances
  readonly verdict: Verdict
  readonly judgedBy: JudgedBy
  readonly wait: Wait
  readonly to: State
  readonly reason: Digest | null
}

/** One row of the transition table that happened. */
export interface Moved {
  readonly kind: 'moved'
  readonly action: ActionId
  readonly version: number
  readonly event: EventKind
  readonly from: State
  readonly to: State
  readonly wait: Wait
  /** Who caused it, where somebody did. `human` is the one person behind `by`. */
  readonly by?: string
  readonly human?: PersonId
  /** The groups of the hold that a voter sat for. */
  readonly seats?: readonly GroupId[]
  readonly proof?: 'sign-in'
  readonly scope?: ApproveScope | DenyScope
  readonly digest?: Digest
  readonly saw?: Digest
  readonly text?: Digest
  readonly why?: string
  readonly code?: RefusalCode
  readonly judgedBy?: JudgedBy
  /** Where policy was asked again: what it said, and what it was asked with. */
  readonly verdict?: Verdict
  readonly circumstances?: Circumstances
  readonly target?: Target
  readonly answer?: AnswerSize
  /** The content of a request that was sent on as it came: how long it was, and its digest under the action's nonce. */
  readonly body?: SentBody
}

/** A waiver or a ban was made, used up or taken back. Its use stands in the `admitted` leaf that names it. */
export interface Stood {
  readonly kind: 'stood'
  readonly standing: StandingId
  readonly event: 'granted' | 'revoked'
  readonly what: 'waiver' | 'ban'
  readonly from: ActionId
  readonly by: readonly PersonId[]
  readonly resource: ResourceId
  readonly shape: Shape | null
  readonly session: SessionId | null
  readonly uses: number
  readonly until: Instant
}

export interface Froze {
  readonly kind: 'froze'
  readonly freeze: FreezeId
  readonly event: 'frozen' | 'unfrozen'
  readonly scope: 'agent' | 'resource' | 'everything'
  readonly name: string
  readonly by: PersonId
}

/** Something that the gateway goes by was changed: policies, people, resources, keys, or it was started. */
export interface Changed {
  readonly kind: 'changed'
  readonly what: 'policy' | 'directory' | 'configuration' | 'agent' | 'key' | 'sign-in' | 'gateway'
  readonly event: string
  readonly name: string
  /** Who did it: a person, or whoever holds the operator's token. Null where it was nobody: a start, a reload. */
  readonly by: PersonId | 'operator' | null
  readonly digest: Digest | null
  /** Nobody approved it: until administration is under the gate itself, this is the truth and the record says so. */
  readonly unguarded: true
  readonly note: Redacted
}

/** A leaf of this many bytes or more does not enter the record: the formats count entries in 16 bits. */
const LEAF_LIMIT_BYTES = 65_535

/** The bytes of a leaf: RFC 8785, so that everybody spells it alike. */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  return leafBytes(canonicalText(leaf))
}

const encoder = new TextEncoder()

/** Of a leaf that was spelled already. Throws where it is too long for the record. */
export function leafBytes(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  if (bytes.length >= LEAF_LIMIT_BYTES)
    throw new Error(`a leaf of ${bytes.length} bytes does not fit the record`)
  return bytes
}
