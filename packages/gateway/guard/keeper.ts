import type { Json } from '@sallyport/core/action/canonical'
import type { Nonce } from '@sallyport/core/action/digest'
import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import { step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import { openLives } from '../store/open-lives.ts'
import { changeOf } from './change.ts'
import { unpackPayload } from './content.ts'
import { runApproved } from './dispatch.ts'
import { canonicalAction } from './draft.ts'
import { moveOn } from './hold.ts'
import type { House } from './house.ts'

/** What the guard does by itself: ends what nobody decided in time, and runs parked actions that were approved. */
export interface Keeper {
  /** Once, before any door listens: what a crash left behind is named as what it is. */
  recover(): Promise<void>
  /** After a freeze was lifted: what it kept from running runs. */
  lookAgain(): Promise<void>
  stop(): void
}

/** A timer that is longer than this is set again when it fires: 32 bits of milliseconds is all that timers hold. */
const LONGEST_TIMER_MS: number = 2 ** 31 - 1

export function openKeeper(house: House): Keeper {
  const { parts } = house
  const alarms = new Map<ActionId, () => void>()
  const running = new Set<ActionId>()

  const look = (life: Life): void => {
    const { id } = life.action
    alarms.get(id)?.()
    alarms.delete(id)
    if (life.deadline !== null) alarms.set(id, setAlarm(life, life.deadline - parts.clock()))
    if (life.state === 'approved' && life.wait === 'parked' && !running.has(id)) {
      running.add(id)
      void runParked(life, house)
        .catch(() =>
          parts.log(safe`parked action ${id} could not be run now; it is tried again after a restart`),
        )
        .finally(() => running.delete(id))
    }
  }

  const setAlarm = (life: Life, waitMs: number): (() => void) =>
    parts.timer(Math.min(Math.max(waitMs, 0), LONGEST_TIMER_MS), () => {
      moveOn(
        life,
        { kind: 'expire' },
        house,
        (now) => now.deadline !== null && parts.clock() >= now.deadline,
      ).then(
        (now) => (now.deadline === null ? undefined : look(now)),
        // The store does not take it: the step refuses a late decision all the same, so that waiting costs nothing but a row.
        () => parts.log(safe`action ${life.action.id} is over, which could not be recorded yet`),
      )
    })

  const unlisten = parts.store.onLives((lives) => lives.forEach(look))
  return {
    async recover() {
      await house.shelf.refresh()
      for (const life of await parts.store.read('dispatched', {})) await recovered(life, house)
      for await (const life of openLives(parts.store)) if (life.wait === 'live') await recovered(life, house)
      await this.lookAgain()
    },
    async lookAgain() {
      for await (const life of openLives(parts.store)) look(life)
    },
    stop() {
      unlisten()
      for (const cancel of alarms.values()) cancel()
    },
  }
}

/** Dispatched becomes `unknown` and a live hold is withdrawn; parked and claimable ones need nothing and go on. */
async function recovered(life: Life, { parts }: House): Promise<void> {
  const stepped = step(life, { kind: 'recover' }, parts.clock())
  if ('code' in stepped) throw new Error(`action ${life.action.id} cannot be recovered from ${life.state}`)
  const durable = await parts.store.move(changeOf(life, stepped))
  if (durable === 'lost') throw new Error('somebody else writes to this store')
}

/** Opens the sealed bytes, makes the canonical action of today out of them, and spends the approval on it. */
async function runParked(life: Life, house: House): Promise<void> {
  const { parts } = house
  const { action } = life
  const guarded = parts.resource(action.resource)
  const kept = await parts.store.read('kept', { action: action.id })
  if (guarded === undefined || kept === null || kept.payload === null) return
  const opened = unpackPayload(parts.seal.open(kept.payload, action.id, 'payload'))
  const sealed = JSON.parse(new TextDecoder().decode(opened.canonical)) as { readonly message: Json }
  // The address is today's: if the resource moved since, the digest differs and nothing is sent.
  const canonical = canonicalAction(action.caller, action.resource, guarded, sealed.message)
  const way = { guarded, house, signal: new AbortController().signal }
  const ran = await runApproved(life, { canonical, content: opened.content, nonce: kept.nonce as Nonce }, way)
  if (ran !== 'moved-on' && ran.kind === 'refusal' && ran.code !== 'frozen') {
    await moveOn(life, { kind: 'withdraw', why: 'changed' }, house, () => true)
  }
}
