import type { Command } from '@sallyport/core/action/action'
import type { Effect } from '@sallyport/core/action/effect'
import type { Facts } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import type { Redacted } from '@sallyport/core/redact/redacted'

/** What a describer says of a message: enough to judge it and to show it, and not one value in `facts`. */
export interface Described {
  readonly facts: Facts
  readonly effects: NonEmpty<Effect>
  /** One plain sentence, made from the parse. */
  readonly says: Redacted
  readonly command: Command
}
