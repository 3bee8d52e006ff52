import type { Life } from '@sallyport/core/lifecycle/life'
import type { Step } from '@sallyport/core/lifecycle/step'
import type { Change, Write } from '../store/store.ts'

/** A step as a change of the store: the life that it was made from is compared, and what nobody needs any more is erased. */
export function changeOf(from: Life, { life, leaf }: Step, writes: readonly Write[] = []): Change {
  // Once it is sent or over, a parked action's sealed bytes could only leak: it is never sent again.
  const done = life.wait === 'parked' && life.state !== 'waiting' && life.state !== 'approved'
  const erase: Write[] = done ? [{ kind: 'erase', action: life.action.id, what: 'payload' }] : []
  return { writes: [{ kind: 'life', from: from.version, life }, ...erase, ...writes], leaves: [leaf] }
}
