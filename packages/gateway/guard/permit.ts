import { digestOf, type Nonce } from '@sallyport/core/action/digest'
import { type Effect, isPureRead } from '@sallyport/core/action/effect'
import type { ActionId, Digest } from '@sallyport/core/action/ids'
import type { Sha256 } from '@sallyport/core/given'
import { type Durable, isDurable } from '../store/durable.ts'

declare const minted: unique symbol

/**
 * The single-use release of one action. `exact`: these bytes and no others. `stream`: this head, and the one body that comes
 * after it. `tunnel`: this head, and what is said through the connection that it opens. What has none goes nowhere (law 1).
 */
export type Permit = {
  readonly [minted]: true
  readonly kind: 'exact' | 'stream' | 'tunnel'
  readonly action: ActionId
  readonly digest: Digest
  readonly nonce: Nonce
  /** Wants a connection of its own: on a reused one that turns out stale, an approval would end as `unknown`. */
  readonly fresh: boolean
}

/** Permits that were minted and not yet spent: identity decides, so neither a cast nor a copy makes one. */
const unspent = new WeakSet<object>()

/**
 * Only the guard mints. A permit for anything but a pure read is made from the proof that its record is durable (law 5);
 * a read may be sent while its leaf is written, since its answer waits for the leaf.
 */
export function mint(
  of: {
    readonly kind: Permit['kind']
    readonly action: ActionId
    readonly digest: Digest
    readonly nonce: Nonce
    readonly fresh: boolean
    readonly effects: readonly Effect[]
  },
  record: Durable | 'being-written',
): Permit {
  if (record === 'being-written' ? !isPureRead(of.effects) : !isDurable(record)) {
    throw new Error('a permit was asked for before its record was durable')
  }
  const permit = Object.freeze({
    kind: of.kind,
    action: of.action,
    digest: of.digest,
    nonce: of.nonce,
    fresh: of.fresh,
  } as Permit)
  unspent.add(permit)
  return permit
}

/**
 * The inner door's first line: takes the permit, and only for the bytes that it was minted for. Throws, since whoever comes
 * here without a right to is a defect of ours and never a state of the world.
 */
export function spend(permit: Permit, bytes: Uint8Array, sha256: Sha256): void {
  if (!unspent.delete(permit)) throw new Error('this permit was spent, or never minted')
  if (digestOf(sha256, permit.nonce, bytes) !== permit.digest)
    throw new Error('these are not the bytes of this permit')
}
