import { drawId, parseDigest, parseName, type ResourceId, type Shape } from '@sallyport/core/action/ids'
import { type Clock, instant, type RandomBytes, type Sha256 } from '@sallyport/core/given'
import { callerKey, type Standing } from '@sallyport/core/lifecycle/standing'
import type { Answer } from '../../guard/answer.ts'
import { spend } from '../../guard/permit.ts'
import { stood } from '../../guard/stood.ts'
import type { Store } from '../../store/store.ts'
import { type Upstream, UpstreamFailure } from '../upstream.ts'

/** Where Sallyport itself is: part of the digest like any address. */
export const SELF_ADDRESS = 'self:'

export interface SelfUpstreamParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: RandomBytes
  readonly sha256: Sha256
  /** Called once a standing decision is durable, before the action is over: the next one may need it. */
  readonly onStanding: () => Promise<void>
}

/** The inner door of Sallyport itself: what people let be changed here is changed here and nowhere else. */
export function openSelfUpstream({ store, clock, random, sha256, onStanding }: SelfUpstreamParts): Upstream {
  return {
    async send(permit, canonical, _, signal) {
      spend(permit, canonical, sha256)
      const { resource, shape, uses, forMs } = messageIn(canonical)
      const life = await store.read('life', { id: permit.action })
      // A waiver comes from people: where nobody voted there is nobody to answer for it.
      if (life === null || life.votes.length === 0) throw notSent('nobody approved this waiver')
      if (signal.aborted) throw notSent('it was stopped before anything was written')
      const at = clock()
      const standing: Standing = {
        id: drawId('std', random),
        version: 1,
        kind: 'waiver',
        resource,
        caller: callerKey(life.action.caller),
        shape,
        session: null,
        usesLeft: uses,
        until: instant(at + forMs),
        by: life.votes.map((vote) => vote.by),
        from: permit.action,
        revoked: false,
      }
      // If we stop before this line nothing is there, after it the waiver is: either way the action becomes `unknown`, and the
      // list of waivers says which.
      const durable = await store.move({
        writes: [{ kind: 'standing', from: 0, standing }],
        leaves: [stood(standing, 'granted', at)],
      })
      if (durable === 'lost') throw notSent('an id was drawn twice')
      await onStanding()
      return created(standing)
    },
    reachable: async () => true,
    close: async () => undefined,
  }
}

interface WaiverMessage {
  readonly resource: ResourceId
  readonly shape: Shape
  readonly uses: number
  readonly forMs: number
}

/** The change in the bytes of the permit. Whatever is not exactly one is not made. */
function messageIn(canonical: Uint8Array): WaiverMessage {
  const { address, message } = JSON.parse(new TextDecoder().decode(canonical)) as {
    readonly address?: unknown
    readonly message?: Partial<Record<'kind' | 'change' | keyof WaiverMessage, unknown>> | null
  }
  if (address !== SELF_ADDRESS || message?.kind !== 'self' || message.change !== 'waiver')
    throw notSent('this is no change of Sallyport')
  const { uses, forMs } = message
  const resource = typeof message.resource === 'string' ? parseName('resource', message.resource) : undefined
  const shape = typeof message.shape === 'string' ? parseDigest(message.shape) : undefined
  if (resource === undefined || shape === undefined || !isCount(uses) || !isCount(forMs))
    throw notSent('this is no waiver')
  return { resource, shape: message.shape as Shape, uses, forMs }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0
}

/** In the form of an HTTP answer, since that is what a handle fetches. */
function created({ id, usesLeft, until }: Standing): Answer {
  const said = { waiver: id, uses: usesLeft, until: new Date(until).toISOString() }
  const body = new TextEncoder().encode(JSON.stringify(said))
  return {
    kind: 'http',
    status: 201,
    headers: [['content-type', 'application/json']],
    body: once(body),
    outcome: Promise.resolve({
      kind: 'succeeded',
      answer: { status: 201, bytes: body.length },
      body: null,
    }),
  }
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}

function notSent(message: string): UpstreamFailure {
  return new UpstreamFailure(message, false, undefined)
}
