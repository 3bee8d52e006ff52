import { createHmac, type KeyObject } from 'node:crypto'
import { drawId, type SessionId } from '@sallyport/core/action/ids'
import type { Instant, RandomBytes } from '@sallyport/core/given'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import type { Caller } from '@sallyport/core/people/caller'
import { scramVerifier } from './scram.ts'

/**
 * What is stored of a token. Under a key outside the database: whoever reads the database cannot try tokens against it, and
 * whoever writes to it cannot make a row for a token of their own.
 */
export function hashOf(derivation: KeyObject, token: string): string {
  return createHmac('sha256', derivation).update(`token\n${token}`).digest('hex')
}

/**
 * What only our own page knows of a session. A cookie goes to every port of its host; this goes to one origin, and whoever
 * has the cookie cannot make it.
 */
export function pageKeyOf(derivation: KeyObject, session: string): string {
  return createHmac('sha256', derivation).update(`page\n${session}`).digest('base64url')
}

/** What is stored of an agent's key, for every door at once: the key itself is never to be had again. */
export interface DerivedKey {
  readonly lookup: string
  readonly scram: string
}

export function deriveKey(derivation: KeyObject, key: string, random: RandomBytes): DerivedKey {
  return { lookup: hashOf(derivation, key), scram: scramVerifier(key, random) }
}

const NAME_CHARS = 16

/** A name for a proof, for leaves and lists: it tells two keys of one agent apart and opens nothing. */
export function nameOfProof(hash: string): string {
  return hash.slice(0, NAME_CHARS)
}

export const HOUR_MS = 3_600_000
const SESSION_BYTES = 16

/**
 * The session of an HTTP caller: the one that it names, else all it does in this hour. The caller is part of it: naming the
 * session of another gives one's own, so nobody taints or hides in a session that is not theirs.
 */
export function sessionOf(
  derivation: KeyObject,
  caller: Caller,
  named: string | null,
  now: Instant,
): SessionId {
  const which = named === null ? ['hour', Math.floor(now / HOUR_MS)] : ['named', named]
  const hmac = createHmac('sha256', derivation)
  const bytes = hmac.update(`session\n${JSON.stringify([callerKey(caller), ...which])}`).digest()
  return drawId('ses', () => bytes.subarray(0, SESSION_BYTES))
}
