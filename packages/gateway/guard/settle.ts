import type { Life } from '@sallyport/core/lifecycle/life'
import { step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import type { Write } from '../store/store.ts'
import type { Answer, Outcome } from './answer.ts'
import { changeOf } from './change.ts'
import type { House } from './house.ts'
import { packAnswer } from './parked-answer.ts'

/** Nobody waits for the settling leaf: after a crash, dispatched without settled is `unknown`. */
export async function settleWhenDone(life: Life, answer: Answer, house: House): Promise<void> {
  // Nobody reads the answer of a parked action as it comes, so that it is read here, and kept sealed until it is fetched.
  const packed = life.wait === 'parked' ? await packAnswer(answer) : null
  const outcome = await answer.outcome
  const { id } = life.action
  const writes: Write[] =
    packed === null
      ? []
      : [{ kind: 'answer', action: id, answer: house.parts.seal.seal(packed, id, 'answer') }]
  await settle(life, outcome, house, writes)
}

/** Records what came of a dispatched action, with the writes that belong to it. Never rejects. */
export async function settle(
  life: Life,
  outcome: Outcome,
  house: House,
  writes: readonly Write[] = [],
): Promise<void> {
  const { store, clock, log } = house.parts
  const stepped = step(life, { ...outcome, kind: 'settle', outcome: outcome.kind }, clock())
  if ('code' in stepped) return log(safe`action ${life.action.id} was settled twice`)
  try {
    const durable = await store.move(changeOf(life, stepped, writes))
    if (durable === 'lost') log(safe`action ${life.action.id} had moved before it was settled`)
  } catch {
    // Fatal for nobody: it stays `dispatched` in the store and becomes `unknown` at the next start, which is the truth.
    log(safe`action ${life.action.id} could not be settled: the store does not take it`)
  }
}
