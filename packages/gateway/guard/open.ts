import { SALLYPORT } from '@sallyport/core/policy/gateway'
import { admit } from './admit.ts'
import { openDesk } from './desk.ts'
import { openFreezer } from './freeze.ts'
import type { Desk, Guard } from './guard.ts'
import { openHistory } from './history.ts'
import type { House } from './house.ts'
import { openOwnDoor } from './inner-door.ts'
import { openKeeper } from './keeper.ts'
import { openLoad } from './load.ts'
import type { GuardParts } from './parts.ts'
import { openShelf } from './shelf.ts'
import { admitWaiver } from './waiver.ts'

/** The guard, after it has named what a crash left behind. No door listens before this resolves. */
export async function openGuard(given: GuardParts): Promise<{
  readonly guard: Guard
  readonly desk: Desk
  readonly stop: () => void
}> {
  const shelf = openShelf(given)
  const own = openOwnDoor(given, () => shelf.refresh())
  const parts: GuardParts = { ...given, resource: (id) => (id === SALLYPORT.id ? own : given.resource(id)) }
  const load = await openLoad(parts)
  const house: House = {
    parts,
    shelf,
    history: openHistory(parts),
    load,
    flying: new Map(),
    doubt: { recording: false },
  }
  const keeper = openKeeper(house)
  await keeper.recover()
  const freezer = openFreezer(house)
  return {
    guard: {
      admit: (asked, signal, delivered) =>
        load.admit(asked.caller, delivered, () => admit(asked, house, signal)),
      // It is answered with a handle, which nobody has to take in pieces.
      admitWaiver: (like, bounds, signal) =>
        load.admit(like.caller, Promise.resolve(), () => admitWaiver(like, bounds, house, signal)),
    },
    desk: {
      ...openDesk(house),
      ...freezer,
      async unfreeze(id, by) {
        const lifted = await freezer.unfreeze(id, by)
        await keeper.lookAgain()
        return lifted
      },
    },
    stop() {
      keeper.stop()
      load.stop()
    },
  }
}
