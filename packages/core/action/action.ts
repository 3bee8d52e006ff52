import type { Facts } from '../facts/facts.ts'
import type { Instant, NonEmpty } from '../given.ts'
import type { Caller } from '../people/caller.ts'
import type { Target } from '../policy/verdict.ts'
import type { Redacted } from '../redact/redacted.ts'
import type { Effect } from './effect.ts'
import type { ActionId, Digest, ResourceId, SessionId, Shape } from './ids.ts'

/**
 * One command of a caller on a resource, as everything but the upstream sees it: facts without values and text that went
 * through redaction. The bytes are elsewhere, in memory or sealed, and `digest` binds this to them.
 */
export interface Action {
  readonly id: ActionId
  readonly caller: Caller
  readonly session: SessionId
  readonly resource: ResourceId
  /** The resource as policy saw it: part of what a verdict was made from. */
  readonly target: Target
  readonly facts: Facts
  readonly effects: NonEmpty<Effect>
  readonly digest: Digest
  readonly shape: Shape
  /** One plain sentence from the parse: what it would do. */
  readonly says: Redacted
  readonly command: Command
  /** The requester's own reason. The requester controls this text: it is shown as theirs and never trusted. */
  readonly reason: Redacted | null
  readonly askedAt: Instant
}

/** The command as a reviewer reads it. */
export interface Command {
  readonly line: Redacted
  readonly parameters: readonly { readonly name: Redacted; readonly value: Redacted }[]
}
