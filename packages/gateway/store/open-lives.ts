import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Store } from './store.ts'

/** A life is as long as what was asked for: this many are in memory at once, whoever walks over all of them. */
const PAGE = 50

/** Everything that waits or is approved, oldest first. What comes while it is walked over comes last. */
export async function* openLives(store: Pick<Store, 'read'>): AsyncGenerator<Life> {
  let after: ActionId | undefined
  for (;;) {
    const page = await store.read('open', { limit: PAGE, ...(after !== undefined && { after }) })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.action.id
  }
}
