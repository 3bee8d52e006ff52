import type { Action } from '@sallyport/core/action/action'
import { canonicalBytes, type Json } from '@sallyport/core/action/canonical'
import { digestOf, drawNonce, type Nonce, shapeOf } from '@sallyport/core/action/digest'
import { drawId } from '@sallyport/core/action/ids'
import type { Caller } from '@sallyport/core/people/caller'
import type { Content } from './content.ts'
import type { Asked } from './guard.ts'
import type { Guarded, GuardParts } from './parts.ts'

/** An action with its bytes. The bytes stay with whoever runs it; everything else sees `action`. */
export interface Drafted {
  readonly action: Action
  readonly canonical: Uint8Array
  readonly content: Content
  readonly nonce: Nonce
  readonly claim: string
}

/** Gives what was asked an id, a nonce and its digest. */
export function draft(asked: Asked, guarded: Guarded, parts: GuardParts): Drafted {
  const { caller, session, resource, described, reason } = asked
  const canonical = canonicalAction(caller, resource, guarded, asked.message)
  const nonce = drawNonce(parts.random)
  const action: Action = {
    id: drawId('act', parts.random),
    caller,
    session,
    resource,
    target: guarded.target,
    facts: described.facts,
    effects: described.effects,
    digest: digestOf(parts.sha256, nonce, canonical),
    shape: shapeOf(parts.sha256, {
      effects: described.effects,
      facts: described.facts,
      configured: guarded.configured,
    }),
    says: described.says,
    command: described.command,
    reason,
    askedAt: parts.clock(),
  }
  return { action, canonical, content: asked.content, nonce, claim: parts.tag(canonical) }
}

/**
 * What the digest covers: who asks, what, of which resource as it is configured. Whatever differs here is another action, and
 * an approval of one is none of the other (claim G3). How the caller was proved may differ: a rotated key is the same caller.
 */
export function canonicalAction(
  caller: Caller,
  resource: string,
  guarded: Guarded,
  message: Json,
): Uint8Array {
  const { agents, owner, actsFor } = caller
  return canonicalBytes({
    v: 1,
    caller: { agents, owner, actsFor },
    resource,
    address: guarded.address,
    configured: guarded.configured,
    message,
  })
}
