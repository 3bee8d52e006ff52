import type { Action } from '@sallyport/core/action/action'
import { durationText } from '@sallyport/core/duration'
import { SALLYPORT } from '@sallyport/core/policy/gateway'
import type { Terms, Verdict } from '@sallyport/core/policy/verdict'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { RefusalCode } from '@sallyport/core/refusal/table'
import { describeWaiver } from '@sallyport/describe/self/waiver'
import { admit, recordRefusal } from './admit.ts'
import { NO_CONTENT } from './content.ts'
import { draft } from './draft.ts'
import type { Admission, Asked, Progress, WaiverBounds } from './guard.ts'
import type { House } from './house.ts'
import { judge } from './judge.ts'

/**
 * A waiver ahead of time: an action on Sallyport itself, which waits for people like any other. Asked for is the shape that
 * `like` has here and now, and only what a reviewer could waive on its own card. That is looked at again at every use.
 */
export async function* admitWaiver(
  like: Asked,
  bounds: WaiverBounds,
  house: House,
  signal: AbortSignal,
): AsyncGenerator<Progress, Admission> {
  const { parts, shelf, history } = house
  const guarded = parts.resource(like.resource)
  const own = parts.resource(SALLYPORT.id)
  if (guarded === undefined || own === undefined || guarded === own) {
    const detail = safe`there is no resource ${like.resource} whose actions could be waived`
    return { kind: 'refused', refusal: refusal('unknown-resource', detail) }
  }
  const { action } = draft(like, guarded, parts)
  await history.recall(action)
  const ahead = changeFor(like, action, bounds)
  const drafted = draft(ahead, own, parts)
  const waived = judge(action, guarded, shelf, history, parts)
  const judged = judge(drafted.action, own, shelf, history, parts)
  const objection = objectionTo(waived.verdict, judged.verdict, bounds)
  if (objection === null) return yield* admit(ahead, house, signal)
  const refused = await recordRefusal(ahead, drafted, { ...judged, verdict: objection }, house)
  return { kind: 'refused', refusal: refused }
}

function changeFor(like: Asked, { shape, caller }: Action, { uses, forMs }: WaiverBounds): Asked {
  const { resource, described } = like
  const asker = caller.agents.at(-1) ?? caller.owner
  return {
    ...like,
    resource: SALLYPORT.id,
    described: describeWaiver({ asker, resource, waived: described, shape, uses, forMs }),
    message: { kind: 'self', change: 'waiver', resource, shape, uses, forMs },
    content: NO_CONTENT,
    wait: 'parked',
  }
}

/** Why people are not even asked. `waived` is the verdict on the action itself, `change` the one on letting it pass. */
function objectionTo(waived: Verdict, change: Verdict, { uses, forMs }: WaiverBounds): Verdict | null {
  if (waived.kind === 'refuse') return waived
  if (waived.kind === 'allow')
    return refuse('conflict', 'this passes without anybody being asked: just send it')
  const { terms } = waived
  if (terms.waivable === null) return refuse('not-permitted', 'policy lets nobody waive this: ask each time')
  if (uses > terms.waivable.uses || forMs > terms.waivable.forMs) {
    const most = `${terms.waivable.uses} uses within ${durationText(terms.waivable.forMs)}`
    return refuse('not-permitted', `policy lets at most ${most} be waived: ask for less`)
  }
  if (change.kind === 'refuse' || (change.kind === 'hold' && includes(change.terms, terms))) return null
  return refuse('not-permitted', 'policy asks fewer people for a waiver of this than for this itself')
}

/** Whoever meets `terms` meets `less` as well. */
function includes(terms: Terms, less: Terms): boolean {
  return less.groups.every(({ group, approvals }) =>
    terms.groups.some((more) => more.group === group && more.approvals >= approvals),
  )
}

function refuse(code: RefusalCode, because: string): Verdict {
  return { kind: 'refuse', code, why: { rules: [], link: null, effect: null, because, controls: [] } }
}
