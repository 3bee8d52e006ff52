import type { AskedAction } from '@sallyport/contract/action'
import type { Caller } from '@sallyport/core/people/caller'
import type { Context } from 'hono'
import type { Admission, Asked, Progress } from '../guard/guard.ts'
import { said } from './env.ts'
import type { ApiParts } from './parts.ts'
import { settled } from './refused.ts'

/** A request that is asked for by its handle, just as its door would hand it to the guard. */
export function askedOf(
  c: Context,
  caller: Caller,
  asked: AskedAction,
  { describe, identity, clock }: ApiParts,
): Asked {
  return {
    ...settled(describe(asked)),
    caller,
    session: identity.sessionOf(caller, c.req.header('Sallyport-Session') ?? null, clock()),
    resource: asked.resource,
    reason: asked.reason === undefined ? null : said(asked.reason),
    wait: 'parked',
    idempotencyKey: c.req.header('Idempotency-Key') ?? null,
  }
}

/** Runs the guard to its end; a handle does not listen to what happens on the way. */
export async function ended(way: AsyncGenerator<Progress, Admission>): Promise<Admission> {
  for (;;) {
    const next = await way.next()
    if (next.done) return next.value
  }
}
