import { digestOf, type Nonce } from '@sallyport/core/action/digest'
import type { Admit } from '@sallyport/core/lifecycle/event'
import type { Life } from '@sallyport/core/lifecycle/life'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import { open } from '@sallyport/core/lifecycle/step'
import { redactText } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Durable } from '../store/durable.ts'
import type { Write } from '../store/store.ts'
import { isKept, packPayload } from './content.ts'
import { type Bytes, runAllowed, type Way } from './dispatch.ts'
import { canonicalAction, type Drafted, draft } from './draft.ts'
import type { Admission, Asked, Progress } from './guard.ts'
import { refusalOf, waitLive } from './hold.ts'
import type { House } from './house.ts'
import { type Judged, judge } from './judge.ts'
import { OPEN_HOLDS_LIMIT, tooMany } from './load.ts'
import type { Guarded } from './parts.ts'

/** A rule's sentence is policy text; past this it is an essay. */
const BECAUSE_LIMIT_CHARS = 500

/** The way of one action: drafted, judged, and then refused, sent, or made to wait. Every doubt on the way is a refusal. */
export async function* admit(
  asked: Asked,
  house: House,
  signal: AbortSignal,
): AsyncGenerator<Progress, Admission> {
  const { parts, shelf, history } = house
  try {
    const guarded = parts.resource(asked.resource)
    // What speaks HTTP asks nothing of Sallyport itself, whatever name it gives.
    if (guarded === undefined || guarded.target.kind !== asked.described.facts.kind)
      return refused(refusal('unknown-resource', safe`there is no resource ${asked.resource}`))
    const drafted = draft(asked, guarded, parts)
    await history.recall(drafted.action)
    const earlier = await repeated(asked, drafted, guarded, house)
    if (earlier.kind === 'claim') return yield* waitLive(earlier.life, earlier, { guarded, house, signal })
    if (earlier.kind !== 'new') return earlier
    for (;;) {
      const judged = withinSight(judge(drafted.action, guarded, shelf, history, parts), asked)
      switch (judged.verdict.kind) {
        case 'refuse':
          return refused(await recordRefusal(asked, drafted, judged, house))
        case 'allow': {
          const opened = open(admission(asked, drafted, judged, house), parts.clock())
          history.admitted(opened.life)
          const writes = [keep(asked, drafted, false, house), ...useOfWaiver(opened.life, house)]
          const ran = await runAllowed(opened, drafted, writes, { guarded, house, signal })
          if (ran !== 'lost') return ran
          // Somebody else had the waiver's last use, or the same Idempotency-Key: look again at what is true now.
          await shelf.refresh()
          const rival = await repeated(asked, drafted, guarded, house)
          if (rival.kind === 'claim') return yield* waitLive(rival.life, rival, { guarded, house, signal })
          if (rival.kind !== 'new') return rival
          continue
        }
        case 'hold':
          return yield* hold(asked, drafted, judged, { guarded, house, signal })
      }
    }
  } catch (cause) {
    // No verdict, no store, no record: not a byte more goes up, and the client hears that it may try again (law 4).
    parts.log(safe`an action on ${asked.resource} could not be admitted`, cause)
    return refused(refusal('unavailable', safe`the gateway cannot record this now`))
  }
}

/** Nobody can decide on a body that is sent on as it comes, and no waiver of theirs was given for one (claim G5). */
function withinSight(judged: Judged, { content }: Asked): Judged {
  const { verdict } = judged
  const asksPeople = verdict.kind === 'hold' || (verdict.kind === 'allow' && verdict.waiver !== undefined)
  if (content.kind !== 'stream' || !asksPeople) return judged
  const because = 'this waits for people, and its body is larger than what they could be shown'
  return { ...judged, verdict: { kind: 'refuse', code: 'too-large', why: { ...verdict.why, because } } }
}

/** A new hold, or the claim of an earlier one that its caller presents again. */
async function* hold(
  asked: Asked,
  drafted: Drafted,
  judged: Judged,
  way: Way,
): AsyncGenerator<Progress, Admission> {
  const { house, guarded } = way
  const { parts, history } = house
  if (asked.wait === 'live') {
    const claim = await claimed(asked, guarded, house)
    if (claim !== undefined) return yield* waitLive(claim.life, claim, way)
  }
  const { life, leaf } = open(admission(asked, drafted, judged, house), parts.clock())
  const writes: Write[] = [{ kind: 'life', from: 0, life }, keep(asked, drafted, true, house)]
  const durable = await house.load.hold(life, () => parts.store.move({ writes, leaves: [leaf] }))
  if (durable === 'too-many') return tooMany(OPEN_HOLDS_LIMIT, safe`actions that wait for people`)
  if (durable === 'lost')
    return refused(refusal('conflict', safe`this Idempotency-Key is being used by another request`))
  history.admitted(life)
  if (asked.wait === 'parked') return { kind: 'parked', life }
  return yield* waitLive(life, drafted, way)
}

/** An action that waits to be presented again, with its bytes. */
interface Claim extends Bytes {
  readonly kind: 'claim'
  readonly life: Life
}

/**
 * An earlier action of this very caller with these very bytes that waits to be presented again. It is found by the tag and
 * believed only when its own digest, made with its own nonce, comes out of the bytes at hand.
 */
async function claimed(asked: Asked, guarded: Guarded, { parts }: House): Promise<Claim | undefined> {
  const canonical = canonicalAction(asked.caller, asked.resource, guarded, asked.message)
  for (const life of await parts.store.read('claim', { claim: parts.tag(canonical) })) {
    if (life.wait !== 'claimable' || (life.deadline !== null && parts.clock() >= life.deadline)) continue
    const kept = await parts.store.read('kept', { action: life.action.id })
    if (kept === null) continue
    const nonce = kept.nonce as Nonce
    if (digestOf(parts.sha256, nonce, canonical) === life.action.digest)
      return { kind: 'claim', life, canonical, content: asked.content, nonce }
  }
  return undefined
}

/** What a request with an `Idempotency-Key` that was used before gets: the same action, or a conflict if it is another one. */
async function repeated(
  asked: Asked,
  drafted: Drafted,
  guarded: Guarded,
  house: House,
): Promise<Admission | Claim | { readonly kind: 'new' }> {
  const { parts } = house
  const idempotency = idempotencyTag(asked, parts.tag)
  if (idempotency === null) return { kind: 'new' }
  const earlier = await parts.store.read('idempotency', { idempotency })
  if (earlier === null) return { kind: 'new' }
  const { life } = earlier
  const { id } = life.action
  if (earlier.claim !== parts.tag(drafted.canonical))
    return refused(
      refusal('conflict', safe`this Idempotency-Key belongs to action ${id}, which is another request`, id),
    )
  if (life.wait === 'parked') return { kind: 'parked', life }
  // Whatever policy or a waiver would say of it today: this key belongs to an action that waits to be presented again.
  const claim = await claimed(asked, guarded, house)
  return claim?.life.action.id === id ? claim : refused(refusalOf(life))
}

function admission(asked: Asked, { action, nonce }: Drafted, judged: Judged, { parts }: House): Admit {
  const { reason } = action
  const reasonDigest =
    reason === null ? null : digestOf(parts.sha256, nonce, new TextEncoder().encode(reason))
  return { kind: 'admit', action, ...judged, wait: asked.wait, reason: reasonDigest }
}

function keep(
  asked: Asked,
  { action, nonce, canonical, content }: Drafted,
  held: boolean,
  { parts }: House,
): Write {
  const idempotency = idempotencyTag(asked, parts.tag)
  // Only what waits, or has a key, is presented again.
  const claim = held || idempotency !== null ? parts.tag(canonical) : null
  const payload =
    asked.wait === 'parked' && isKept(content)
      ? parts.seal.seal(packPayload(canonical, content), action.id, 'payload')
      : null
  return { kind: 'keep', kept: { action: action.id, nonce, claim, idempotency, payload, answer: null } }
}

/** Bound to the caller: one agent's key says nothing about another's. */
function idempotencyTag(
  { caller, idempotencyKey }: Asked,
  tag: (bytes: Uint8Array) => string,
): string | null {
  if (idempotencyKey === null) return null
  return tag(new TextEncoder().encode(JSON.stringify(['idempotency', callerKey(caller), idempotencyKey])))
}

/** One use fewer, in the move that admits the action: two actions cannot have the last use. */
function useOfWaiver(life: Life, { shelf }: House): Write[] {
  const waiver = shelf.standings.find((standing) => standing.id === life.waiver)
  if (waiver === undefined) return []
  const used = { ...waiver, version: waiver.version + 1, usesLeft: waiver.usesLeft - 1 }
  return [{ kind: 'standing', from: waiver.version, standing: used }]
}

/** A refusal is an action too: it stands in the record, and the answer waits for that (law 5). */
export async function recordRefusal(
  asked: Asked,
  drafted: Drafted,
  judged: Judged,
  house: House,
): Promise<Refusal> {
  const tooOften = house.load.refuse(asked.caller)
  if (tooOften !== undefined) return tooOften
  const { life, leaf } = open(admission(asked, drafted, judged, house), house.parts.clock())
  const durable: Durable | 'lost' = await house.parts.store.move({
    writes: [{ kind: 'life', from: 0, life }],
    leaves: [leaf],
  })
  if (durable === 'lost') throw new Error('an id was drawn twice')
  house.history.admitted(life)
  return refusal(life.ended?.code ?? 'not-permitted', becauseOf(life), life.action.id)
}

/** The rule's own sentence: policy text, never a value of the action. */
function becauseOf({ why }: Life): Redacted {
  return redactText(why.because, BECAUSE_LIMIT_CHARS)
}

function refused(refusal: Refusal): Admission {
  return { kind: 'refused', refusal }
}
