import { drawId, type PersonId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { actionOf } from '@sallyport/testkit/lives'
import { expect, test } from 'vitest'
import type { Freeze, Reads } from '../store/store.ts'
import { openShelf } from './shelf.ts'

const FREEZE: Freeze = {
  id: drawId('frz', (n) => new Uint8Array(n)),
  version: 1,
  scope: 'everything',
  name: '*',
  by: 'ann' as PersonId,
  at: instant(0),
  reason: safe`stop`,
  lifted: false,
}

test('an answer of the store that comes late forgets no freeze that a later question found', async () => {
  const late = Promise.withResolvers<readonly Freeze[]>()
  const answers = [late.promise, Promise.resolve([FREEZE])]
  const shelf = openShelf({
    clock: () => instant(0),
    store: {
      async read<K extends keyof Reads>(kind: K) {
        return (kind === 'freezes' ? await answers.shift() : []) as Reads[K]['rows']
      },
    },
  })
  const first = shelf.refresh()
  await shelf.refresh()
  late.resolve([])
  await first
  expect(shelf.frozen(actionOf(1))).toBe(true)
})
