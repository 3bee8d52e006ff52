import type { ActionId, ResourceId } from '@sallyport/core/action/ids'
import type { Clock, Instant, RandomBytes } from '@sallyport/core/given'
import type { Caller } from '@sallyport/core/people/caller'
import type { Header } from '@sallyport/describe/http/headers'
import type { IdentityKey } from '../../keys/identity.ts'
import { UpstreamFailure } from '../upstream.ts'
import { IDENTITY_LIFE_S, IDENTITY_TOKEN_ID_BYTES, IDENTITY_TOKENS_LIMIT } from './limits.ts'

export interface IdentityParts {
  readonly identityKey: IdentityKey
  /** Where the public half of the key is published: the console's URL. */
  readonly issuer: () => string
  readonly clock: Clock
  readonly random: RandomBytes
}

/** The headers that say who asks for this action. `caller` is what stands under the digest of its permit. */
export type Introduce = (caller: unknown, action: ActionId) => readonly Header[]

/** Who stands in the canonical action. How they were proved is no business of a target. */
type Named = Pick<Caller, 'agents' | 'owner' | 'actsFor'>

interface Token {
  readonly jwt: string
  readonly madeAt: Instant
}

/** A signature costs more than all else of an allowed action, so a caller's token serves again for half of its life. */
const REUSE_MS = (IDENTITY_LIFE_S * 1_000) / 2

/** Introduces callers to the target of one resource, by a token that no other resource should take. */
export function openIntroduction(audience: ResourceId, parts: IdentityParts): Introduce {
  // In the order of their making: what is too old stands first.
  const tokens = new Map<string, Token>()
  const tokenFor = (caller: Named): string => {
    const now = parts.clock()
    const name = JSON.stringify(caller)
    const before = tokens.get(name)
    if (before !== undefined && serves(before, now)) return before.jwt
    tokens.delete(name)
    for (const [other, token] of tokens) {
      if (serves(token, now) && tokens.size < IDENTITY_TOKENS_LIMIT) break
      tokens.delete(other)
    }
    const jwt = parts.identityKey.jwt(claimsOf(caller, audience, now, parts))
    tokens.set(name, { jwt, madeAt: now })
    return jwt
  }
  return (caller, action) => [
    ['sallyport-identity', tokenFor(readNamed(caller))],
    ['sallyport-action', action],
  ]
}

/** A clock that was set back makes a token of the future, which serves nobody. */
function serves({ madeAt }: Token, now: Instant): boolean {
  return madeAt <= now && now < madeAt + REUSE_MS
}

function claimsOf({ agents, owner, actsFor }: Named, aud: ResourceId, now: Instant, parts: IdentityParts) {
  const iat = Math.floor(now / 1_000)
  return {
    iss: parts.issuer(),
    aud,
    // The last of a chain is the one that holds the key; without agents it is a person who asks.
    sub: agents.at(-1) ?? owner,
    owner,
    acts_for: actsFor,
    agents,
    iat,
    exp: iat + IDENTITY_LIFE_S,
    jti: Buffer.from(parts.random(IDENTITY_TOKEN_ID_BYTES)).toString('base64url'),
  }
}

/** Nothing is sent in the name of nobody. */
function readNamed(caller: unknown): Named {
  if (isNamed(caller)) return { agents: caller.agents, owner: caller.owner, actsFor: caller.actsFor }
  throw new UpstreamFailure('the bytes of this permit name no caller', false, undefined)
}

function isNamed(caller: unknown): caller is Named {
  if (typeof caller !== 'object' || caller === null) return false
  const { agents, owner, actsFor } = caller as Partial<Record<keyof Named, unknown>>
  return typeof owner === 'string' && areNames(agents) && areNames(actsFor)
}

function areNames(list: unknown): boolean {
  return Array.isArray(list) && list.every((name) => typeof name === 'string')
}
