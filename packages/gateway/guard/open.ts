import { admit } from './admit.ts'
import { openDesk } from './desk.ts'
import { openFreezer } from './freeze.ts'
import type { Desk, Guard } from './guard.ts'
import { openHistory } from './history.ts'
import type { House } from './house.ts'
import { openKeeper } from './keeper.ts'
import type { GuardParts } from './parts.ts'
import { openShelf } from './shelf.ts'

/** The guard, after it has named what a crash left behind. No door listens before this resolves. */
export async function openGuard(parts: GuardParts): Promise<{
  readonly guard: Guard
  readonly desk: Desk
  readonly stop: () => void
}> {
  const house: House = { parts, shelf: openShelf(parts), history: openHistory(parts), flying: new Map() }
  const keeper = openKeeper(house)
  await keeper.recover()
  const freezer = openFreezer(house)
  return {
    guard: { admit: (asked, signal) => admit(asked, house, signal) },
    desk: {
      ...openDesk(house),
      ...freezer,
      async unfreeze(id, by) {
        const lifted = await freezer.unfreeze(id, by)
        await keeper.lookAgain()
        return lifted
      },
    },
    stop: () => keeper.stop(),
  }
}
