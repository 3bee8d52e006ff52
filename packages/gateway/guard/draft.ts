import type { Action } from '@sallyport/core/action/action'
import {
  canonicalBytes,
  deepFreeze,
  isSpelled,
  type Json,
  spelledOnce,
} from '@sallyport/core/action/canonical'
import { digestOf, drawNonce, type Nonce, shapeOf } from '@sallyport/core/action/digest'
import { type Digest, drawId, type Shape } from '@sallyport/core/action/ids'
import { bounded } from '@sallyport/core/facts/bounded'
import type { Facts } from '@sallyport/core/facts/facts'
import type { Sha256 } from '@sallyport/core/given'
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
export function draft(
  asked: Asked,
  guarded: Pick<Guarded, 'address' | 'configured' | 'target'>,
  parts: Pick<GuardParts, 'random' | 'sha256' | 'clock'>,
): Drafted {
  const { caller, session, resource, described, reason } = asked
  const canonical = canonicalAction(caller, resource, guarded, asked.message)
  const nonce = drawNonce(parts.random)
  const { facts, effects } = bounded(described)
  const action: Action = {
    id: drawId('act', parts.random),
    caller,
    session,
    resource,
    target: guarded.target,
    facts,
    effects,
    digest: digestOf(parts.sha256, nonce, canonical),
    shape: shapeIn({ facts, effects }, guarded.configured, parts.sha256),
    says: described.says,
    command: described.command,
    reason,
    askedAt: parts.clock(),
  }
  return { action, canonical, content: asked.content, nonce }
}

const shapes = new WeakMap<Facts, Map<string, Shape>>()

/** Facts that were spelled cannot change, so that their shape with these effects, under this configuration, is made once. */
function shapeIn(
  { facts, effects }: Pick<Action, 'facts' | 'effects'>,
  configured: Digest,
  sha256: Sha256,
): Shape {
  const known = shapes.get(facts)
  const key = `${configured} ${effects.join(' ')}`
  const before = known?.get(key)
  if (before !== undefined) return before
  const shape = shapeOf(sha256, { effects, facts, configured })
  if (isSpelled(facts)) shapes.set(facts, (known ?? new Map<string, Shape>()).set(key, shape))
  return shape
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
  // By their names, as the canonical form has them: then nothing is left to be sorted.
  const said: Canonical = { address, caller: chainOf(caller), configured, message, resource, v: 1 }
  const canonical = canonicalBytes(Object.freeze(said))
  spelled.set(canonical, said)
  return canonical
}

const chains = new WeakMap<Caller, Canonical['caller']>()

function chainOf(caller: Caller): Canonical['caller'] {
  const known = chains.get(caller)
  if (known !== undefined) return known
  const chain = { actsFor: [...caller.actsFor], agents: [...caller.agents], owner: caller.owner }
  deepFreeze(chain)
  if (isSpelled(caller)) chains.set(caller, spelledOnce(chain))
  return chain
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
