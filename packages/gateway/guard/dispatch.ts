import { digestOf, type Nonce } from '@sallyport/core/action/digest'
import { isPureRead } from '@sallyport/core/action/effect'
import type { Life } from '@sallyport/core/lifecycle/life'
import { type Step, step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Durable } from '../store/durable.ts'
import type { Write } from '../store/store.ts'
import { UpstreamFailure } from '../upstreams/upstream.ts'
import type { Answer } from './answer.ts'
import { changeOf } from './change.ts'
import { type Content, isKept } from './content.ts'
import type { Admission } from './guard.ts'
import type { House } from './house.ts'
import { rejudge } from './judge.ts'
import type { Guarded } from './parts.ts'
import { mint } from './permit.ts'
import { settle, settleWhenDone } from './settle.ts'
import { watchTunnel } from './watch.ts'

/** The bytes of an action, what follows them, and the nonce of its digest. */
export interface Bytes {
  readonly canonical: Uint8Array
  readonly content: Content
  readonly nonce: Nonce
}

/** Where an action goes to, and how long somebody wants it. */
export interface Way {
  readonly guarded: Guarded
  readonly house: House
  readonly signal: AbortSignal
}

/** Records an allowed action and sends it. A pure read flies while its leaf is written; its answer waits for the leaf. */
export async function runAllowed(
  { life, leaf }: Step,
  bytes: Bytes,
  writes: readonly Write[],
  way: Way,
): Promise<Admission | 'lost'> {
  const { store } = way.house.parts
  const record = store.move({ writes: [{ kind: 'life', from: 0, life }, ...writes], leaves: [leaf] })
  if (!isPureRead(life.action.effects) || writes.some(mayBeLost) || way.house.doubt.recording) {
    const durable = await record
    way.house.doubt.recording = false
    return durable === 'lost' ? 'lost' : sendRecorded(life, bytes, way, durable)
  }
  const flight = send(life, bytes, 'being-written', way)
  const durable = await record.catch((cause: unknown) => {
    way.house.doubt.recording = true
    way.house.flying.get(life.action.id)?.cut.abort()
    throw cause
  })
  if (durable === 'lost') throw new Error('an id was drawn twice')
  return answered(life, await flight, durable)
}

/** The last use of a waiver and an `Idempotency-Key` have to be won before anything is sent. */
function mayBeLost(write: Write): boolean {
  return write.kind === 'standing' || (write.kind === 'keep' && write.kept.idempotency !== null)
}

/**
 * Spends an approval: digest, policy, voters and freeze are looked at again in the very move that takes the action to
 * `dispatched` (law 2). Whoever loses that move has not sent anything and never will.
 */
export async function runApproved(
  life: Life,
  bytes: Bytes,
  way: Way,
): Promise<Admission | Refusal | 'moved-on'> {
  const { parts, shelf, history } = way.house
  const digest = digestOf(parts.sha256, bytes.nonce, bytes.canonical)
  const judgement = rejudge(life, way.guarded, shelf, history, parts)
  const stepped = step(life, { kind: 'dispatch', digest, judgement }, parts.clock())
  if ('code' in stepped) return stepped
  const durable = await parts.store.move(changeOf(life, stepped))
  if (durable === 'lost' || stepped.life.state !== 'dispatched') return 'moved-on'
  history.ran(stepped.life)
  return sendRecorded(stepped.life, bytes, way, durable)
}

/** Durable and not sent yet: if we stop here the action is `unknown` after the restart, and is not tried again. */
async function sendRecorded(life: Life, bytes: Bytes, way: Way, durable: Durable): Promise<Admission> {
  if (overtaken(life, way.house)) return { kind: 'refused', refusal: await recall(life, way.house) }
  return answered(life, await send(life, bytes, durable, way), durable)
}

/** While the record was written somebody may have frozen it, or changed policy or people: then the judgement is not today's. */
function overtaken({ action, judgedBy }: Life, { parts, shelf }: House): boolean {
  const { policy, directory } = judgedBy
  if (!parts.stillProved(action.caller.proof)) return true
  return shelf.frozen(action) || policy !== parts.policy().digest || directory !== parts.directory().digest
}

/** Dispatched in the record, and yet not a byte was sent: `failed` is the truth, and it is never tried again. */
async function recall(life: Life, house: House): Promise<Refusal> {
  const { id } = life.action
  await settle(life, { kind: 'failed', answer: null, body: null }, house)
  return house.shelf.frozen(life.action)
    ? refusal('frozen', safe`action ${id} was frozen before it was sent`, id)
    : refusal('unavailable', safe`policy or people changed before action ${id} was sent; ask again`, id)
}

/** Through the inner door. Comes back with the answer's head, or with how it failed; either way the settling follows. */
async function send(
  life: Life,
  { canonical, content, nonce }: Bytes,
  record: Durable | 'being-written',
  { guarded, house, signal }: Way,
): Promise<Answer | Refusal> {
  const { id, digest, effects } = life.action
  const fresh = life.wait !== 'none'
  const permit = mint(
    { kind: isKept(content) ? 'exact' : content.kind, action: id, digest, nonce, fresh, effects },
    record,
  )
  const cut = new AbortController()
  house.flying.set(id, { life, cut })
  const stop = (): void => cut.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const unwatch = watchTunnel(life, content, house, stop)
  const landed = (): void => {
    unwatch()
    signal.removeEventListener('abort', stop)
    house.flying.delete(id)
  }
  try {
    const answer = await guarded.upstream.send(permit, canonical, content, cut.signal)
    void settleWhenDone(life, answer, house, stop).finally(landed)
    return answer
  } catch (cause) {
    landed()
    const sent = !(cause instanceof UpstreamFailure) || cause.sent
    const body = cause instanceof UpstreamFailure ? cause.body : null
    await settle(life, { kind: sent ? 'unknown' : 'failed', answer: null, body }, house)
    return sent
      ? refusal('unknown-outcome', safe`the target gave no whole answer`, id)
      : refusal('unavailable', safe`the target could not be reached`, id)
  }
}

function answered(life: Life, answer: Answer | Refusal, durable: Durable): Admission {
  if (answer.kind === 'refusal') return { kind: 'refused', refusal: answer }
  return { kind: 'answered', action: life.action.id, answer, durable }
}
