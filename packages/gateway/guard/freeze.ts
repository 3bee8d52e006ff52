import { drawId, type PersonId } from '@sallyport/core/action/ids'
import type { Froze, Leaf } from '@sallyport/core/ledger/leaf'
import { humanOf } from '@sallyport/core/people/chain'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { Freeze } from '../store/store.ts'
import type { Desk } from './guard.ts'
import type { House } from './house.ts'
import { eligibility } from './judge.ts'
import { stops } from './shelf.ts'
import { stood } from './stood.ts'

/** What stops and starts things: whatever tightens anybody on duty may do, whatever loosens needs the right to. */
export function openFreezer(house: House): Pick<Desk, 'freeze' | 'unfreeze' | 'revoke'> {
  const { parts, shelf } = house
  return {
    async freeze({ scope, name, by, reason }) {
      const freeze: Freeze = {
        id: drawId('frz', parts.random),
        version: 1,
        scope,
        name: scope === 'everything' ? '*' : name,
        by,
        at: parts.clock(),
        reason,
        lifted: false,
      }
      const leaf = froze(freeze, 'frozen', by, house)
      const written = parts.store.move({ writes: [{ kind: 'freeze', from: 0, freeze }], leaves: [leaf] })
      const inForce = shelf.tighten(freeze, written)
      // What is under way is cut as well: its outcome is told as it is, unknown where the target may have seen it.
      for (const { life, cut } of house.flying.values()) if (stops(freeze, life.action)) cut.abort()
      await inForce
      return freeze
    },

    async unfreeze(id, by) {
      const freeze = shelf.freezes.find((one) => one.id === id)
      if (freeze === undefined) return refusal('unknown-resource', safe`there is no freeze ${id} in force`)
      if (
        isOwner(by, freeze, house) ||
        !parts.policy().administers(by, 'operate', parts.directory().directory)
      ) {
        return refusal('not-eligible', safe`${by} has no right to lift a freeze`)
      }
      const lifted: Freeze = { ...freeze, version: freeze.version + 1, lifted: true }
      const durable = await parts.store.move({
        writes: [{ kind: 'freeze', from: freeze.version, freeze: lifted }],
        leaves: [froze(lifted, 'unfrozen', by, house)],
      })
      await shelf.refresh()
      return durable === 'lost' ? refusal('conflict', safe`freeze ${id} was lifted by somebody else`) : lifted
    },

    async revoke(id, by) {
      const standing = await parts.store.read('standing', { id })
      if (standing === null || standing.revoked)
        return refusal('unknown-resource', safe`there is no waiver or ban ${id} in force`)
      if (standing.kind === 'ban' && !(await mayLift(by, standing.from, house))) {
        return refusal('not-eligible', safe`${by} may not lift a ban that a reviewer set`)
      }
      const revoked = { ...standing, version: standing.version + 1, revoked: true, by: [by] }
      const durable = await parts.store.move({
        writes: [{ kind: 'standing', from: standing.version, standing: revoked }],
        leaves: [stood(revoked, 'revoked', parts.clock())],
      })
      await shelf.refresh()
      return durable === 'lost'
        ? refusal('conflict', safe`${id} was used or revoked meanwhile; try again`)
        : 'revoked'
    },
  }
}

/** Whoever answers for a frozen agent does not let it go on. */
function isOwner(by: PersonId, { scope, name }: Freeze, { parts }: House): boolean {
  const { directory } = parts.directory()
  const agent = [...directory.agents.values()].find(({ id }) => scope === 'agent' && id === name)
  return agent !== undefined && humanOf(agent.owner, directory) === humanOf(by, directory)
}

/** Lifting a ban loosens, so that it is for those who could have decided the denied action: never its own chain. */
async function mayLift(
  by: PersonId,
  from: Parameters<Desk['decide']>[0],
  { parts }: House,
): Promise<boolean> {
  const life = await parts.store.read('life', { id: from })
  const guarded = life === null ? undefined : parts.resource(life.action.resource)
  return life !== null && guarded !== undefined && eligibility(by, life, guarded, parts).kind === 'eligible'
}

function froze({ id, scope, name }: Freeze, event: Froze['event'], by: PersonId, { parts }: House): Leaf {
  return { v: 1, at: parts.clock(), kind: 'froze', freeze: id, event, scope, name, by }
}
