import type { Action } from '@sallyport/core/action/action'
import { canonicalBytes, type Json } from '@sallyport/core/action/canonical'
import { digestOf, drawNonce, type Nonce, shapeOf } from '@sallyport/core/action/digest'
import { type Digest, drawId } from '@sallyport/core/action/ids'
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
  return { action, canonical, content: asked.content, nonce }
}

/** What is spelled in canonical bytes. */
export interface Canonical {
  readonly v: 1
  readonly caller: Pick<Caller, 'agents' | 'owner' | 'actsFor'>
  readonly resource: string
  readonly address: string
  readonly configured: Digest
  readonly message: Json
}

/**
 * What the digest covers: who asks, what, of which resource as it is configured. Whatever differs here is another action, and
 * an approval of one is none of the other (claim G3). How the caller was proved may differ: a rotated key is the same caller.
 */
export function canonicalAction(
  caller: Caller,
  resource: string,
  { address, configured }: Pick<Guarded, 'address' | 'configured'>,
  message: Json,
): Uint8Array {
  const { agents, owner, actsFor } = caller
  const chain = { agents: Object.freeze([...agents]), owner, actsFor: Object.freeze([...actsFor]) }
  const said: Canonical = { v: 1, caller: Object.freeze(chain), resource, address, configured, message }
  const canonical = canonicalBytes(Object.freeze(said))
  spelled.set(canonical, said)
  return canonical
}

const spelled = new WeakMap<Uint8Array, Canonical>()

/**
 * What these very bytes were spelled from, if they were spelled here, so that the inner door need not read them again: only once
 * their digest is that of the permit, since whoever changed them since has another one. All of it is frozen but the message,
 * which its reader must know to be.
 */
export function spelledIn(canonical: Uint8Array): Canonical | undefined {
  return spelled.get(canonical)
}
