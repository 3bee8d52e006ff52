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
import type { Admission } from './guard.ts'
import type { House } from './house.ts'
import { rejudge } from './judge.ts'
import type { Guarded } from './parts.ts'
import { mint, type Permit } from './permit.ts'
import { settle, settleWhenDone } from './settle.ts'

/** The bytes of an action and the nonce of its digest. */
export interface Bytes {
  readonly canonical: Uint8Array
  readonly nonce: Nonce
}

/** Records an allowed action and sends it. A pure read flies while its leaf is written; its answer waits for the leaf. */
export async function runAllowed(
  opened: Step,
  bytes: Bytes,
  writes: readonly Write[],
  guarded: Guarded,
  house: House,
  signal: AbortSignal,
): Promise<Admission | 'lost'> {
  const { life, leaf } = opened
  const { store } = house.parts
  const record = store.move({ writes: [{ kind: 'life', from: 0, life }, ...writes], leaves: [leaf] })
  // A waiver's use has to be won before anything is sent, so that its last use is not sent twice.
  if (!isPureRead(life.action.effects) || life.waiver !== null) {
    const durable = await record
    if (durable === 'lost') return 'lost'
    return answered(
      life,
      await send(life, bytes, mintFor(life, bytes, durable), guarded, house, signal),
      durable,
    )
  }
  const flight = send(life, bytes, mintFor(life, bytes, 'being-written'), guarded, house, signal)
  const durable = await record.catch((cause: unknown) => {
    house.flying.get(life.action.id)?.cut.abort()
    throw cause
  })
  if (durable === 'lost') throw new Error('an id was drawn twice')
  return answered(life, await flight, durable)
}

/**
 * Spends an approval: digest, policy, voters and freeze are looked at again in the very move that takes the action to
 * `dispatched` (law 2). Whoever loses that move has not sent anything and never will.
 */
export async function runApproved(
  life: Life,
  bytes: Bytes,
  guarded: Guarded,
  house: House,
  signal: AbortSignal,
): Promise<Admission | Refusal | 'moved-on'> {
  const { parts, shelf, history } = house
  const digest = digestOf(parts.sha256, bytes.nonce, bytes.canonical)
  const judgement = rejudge(life, guarded, shelf, history, parts)
  const stepped = step(life, { kind: 'dispatch', digest, judgement }, parts.clock())
  if ('code' in stepped) return stepped
  const durable = await parts.store.move(changeOf(life, stepped))
  if (durable === 'lost' || stepped.life.state !== 'dispatched') return 'moved-on'
  if (overtaken(stepped.life, house)) return { kind: 'refused', refusal: await recall(stepped.life, house) }
  // Durable now, not sent yet: if we stop here the action is `unknown` after the restart, and is not tried again.
  return answered(
    stepped.life,
    await send(stepped.life, bytes, mintFor(stepped.life, bytes, durable), guarded, house, signal),
    durable,
  )
}

/** While the record was written somebody may have frozen it, or changed policy or people: then the judgement is not today's. */
function overtaken({ action, judgedBy }: Life, { parts, shelf }: House): boolean {
  const { policy, directory } = judgedBy
  return shelf.frozen(action) || policy !== parts.policy().digest || directory !== parts.directory().digest
}

/** Dispatched in the record, and yet not a byte was sent: `failed` is the truth, and it is never tried again. */
async function recall(life: Life, house: House): Promise<Refusal> {
  const { id } = life.action
  await settle(life, { kind: 'failed', answer: null }, house)
  return house.shelf.frozen(life.action)
    ? refusal('frozen', safe`action ${id} was frozen before it was sent`, id)
    : refusal('unavailable', safe`policy or people changed before action ${id} was sent; ask again`, id)
}

function mintFor({ action }: Life, { nonce }: Bytes, record: Durable | 'being-written'): Permit {
  return mint({ action: action.id, digest: action.digest, nonce, effects: action.effects }, record)
}

/** Through the inner door. Comes back with the answer's head, or with how it failed; either way the settling follows. */
async function send(
  life: Life,
  { canonical }: Bytes,
  permit: Permit,
  guarded: Guarded,
  house: House,
  signal: AbortSignal,
): Promise<Answer | Refusal> {
  const { id } = life.action
  const cut = new AbortController()
  house.flying.set(id, { life, cut })
  const stop = (): void => cut.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const landed = (): void => {
    signal.removeEventListener('abort', stop)
    house.flying.delete(id)
  }
  try {
    const answer = await guarded.upstream.send(permit, canonical, cut.signal)
    void settleWhenDone(life, answer, house).finally(landed)
    return answer
  } catch (cause) {
    landed()
    const sent = !(cause instanceof UpstreamFailure) || cause.sent
    await settle(life, { kind: sent ? 'unknown' : 'failed', answer: null }, house)
    return sent
      ? refusal('unknown-outcome', safe`the target gave no whole answer`, id)
      : refusal('unavailable', safe`the target could not be reached`, id)
  }
}

function answered(life: Life, answer: Answer | Refusal, durable: Durable): Admission {
  if (answer.kind === 'refusal') return { kind: 'refused', refusal: answer }
  return { kind: 'answered', action: life.action.id, answer, durable }
}
