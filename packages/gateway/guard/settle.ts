import type { Life } from '@sallyport/core/lifecycle/life'
import { step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import type { Write } from '../store/store.ts'
import type { Answer, Outcome } from './answer.ts'
import { changeOf } from './change.ts'
import type { House } from './house.ts'
import { packAnswer } from './parked-answer.ts'

/** Nobody waits for the settling leaf: after a crash, dispatched without settled is `unknown`. `cut` ends the exchange. */
export async function settleWhenDone(
  life: Life,
  answer: Answer,
  house: House,
  cut: () => void,
): Promise<void> {
  // Nobody reads the answer of a parked action as it comes, so that it is read here, and kept sealed until it is fetched.
  const packed = life.wait === 'parked' ? await packAnswer(answer, house.parts.timer, cut) : null
  const outcome = await answer.outcome
  const { id } = life.action
  if (packed === 'left') return settle(life, withoutEnd(answer, outcome), house)
  const writes: Write[] =
    packed === null
      ? []
      : [{ kind: 'answer', action: id, answer: house.parts.seal.seal(packed, id, 'answer') }]
  await settle(life, outcome, house, writes)
}

/** The target has said its head, so that it ran, and it was we who heard enough: as of any other answer that crosses its cap. */
function withoutEnd({ status }: Answer, { kind, answer, body }: Outcome): Outcome {
  if (kind === 'succeeded') return { kind, answer, body }
  return { kind: 'succeeded', answer: { status, bytes: 0, cut: 'bytes' }, body }
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
