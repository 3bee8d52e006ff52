import type { SeenAdmitted, SeenLeaf, SeenMoved } from '@sallyport/verify/seen-leaf'
import type { Arrival, Evidence, Restart, Seen } from './evidence.ts'

/** What a crash must not do. */
export const RULES = {
  a: 'a change, or what was approved, reaches the target at most once',
  b: 'what reaches the target as a change stands in the record, with its approvals and its dispatch where it was held',
  c: 'an answer that a client got stands in the record',
  d: 'nothing that was acknowledged is missing',
  e: 'live holds are withdrawn, parked and claimable ones go on, and what was dispatched is unknown and never sent again',
  f: 'what was refused, denied, withdrawn or expired reaches nobody',
  g: 'the record is sound and continues what was signed before',
} as const

export type Rule = keyof typeof RULES

export interface Violation {
  readonly rule: Rule
  readonly says: string
}

/** Holds what everybody saw against the rules. No violation: the crash did what it may. */
export function judge(evidence: Evidence): readonly Violation[] {
  const book = bookOf(evidence)
  return [
    ...atMostOnce(evidence, book),
    ...changesAreRecorded(evidence, book),
    ...answersAreRecorded(evidence, book),
    ...nothingAcknowledgedIsMissing(evidence, book),
    ...evidence.restarts.flatMap((restart) => recovery(restart, evidence, book)),
    ...whatEndedReachesNobody(evidence, book),
    ...soundRecord(evidence),
  ]
}

/** The evidence, by the name of a request and by the id of an action. */
interface Book {
  readonly arrivals: ReadonlyMap<string, readonly Arrival[]>
  readonly leaves: ReadonlyMap<string, readonly (SeenAdmitted | SeenMoved)[]>
  readonly named: ReadonlyMap<string, readonly Seen[]>
  readonly actions: ReadonlyMap<string, Seen>
}

function bookOf({ arrivals, leaves, actions }: Evidence): Book {
  return {
    arrivals: Map.groupBy(arrivals, ({ name }) => name),
    leaves: Map.groupBy(leaves.filter(isOfAnAction), ({ action }) => action),
    named: Map.groupBy(actions, ({ name }) => name),
    actions: new Map(actions.map((seen) => [seen.action, seen])),
  }
}

/** One arrival for each dispatch. A plain read that nobody retries has at most one, and its leaf may have died with it. */
function atMostOnce({ arrivals }: Evidence, book: Book): readonly Violation[] {
  return [...new Set(arrivals.map(({ name }) => name))].flatMap((name) => {
    const times = timesOf(name, book)
    const releases = Math.max(1, released(name, book).length)
    return times <= releases ? [] : [broken('a', `${name} arrived ${times} times for ${releases} releases`)]
  })
}

function changesAreRecorded({ arrivals }: Evidence, book: Book): readonly Violation[] {
  const changes = new Set(arrivals.filter(({ reads }) => !reads).map(({ name }) => name))
  return [...changes].flatMap((name) => {
    const [sent] = released(name, book)
    if (sent === undefined) return [broken('b', `${name} arrived and the record has no release of it`)]
    const leaves = leavesOf(sent.action, book)
    const verdict = leaves.find((leaf) => leaf.kind === 'admitted')?.verdict
    if (verdict === undefined) return [broken('b', `${name} arrived and was never admitted`)]
    if (verdict.kind !== 'hold') return []
    const voters = new Set(
      leaves.flatMap((leaf) => (leaf.kind === 'moved' && leaf.event === 'approve' ? [leaf.human] : [])),
    )
    const wanted = verdict.groups.reduce((sum, { approvals }) => sum + approvals, 0)
    return voters.size >= wanted
      ? []
      : [broken('b', `${name} arrived with ${voters.size} of ${wanted} approvals`)]
  })
}

function answersAreRecorded({ heard }: Evidence, book: Book): readonly Violation[] {
  return heard.flatMap(({ name, action, answered }) =>
    !answered || (action !== null && released(name, book).some((seen) => seen.action === action))
      ? []
      : [broken('c', `${name} was answered, and the record does not know that it was sent`)],
  )
}

function nothingAcknowledgedIsMissing({ heard, words }: Evidence, book: Book): readonly Violation[] {
  const told = heard.flatMap(({ name, action, answered }) =>
    answered || action === null || leavesOf(action, book).length > 0
      ? []
      : [broken('d', `the client of ${name} was told of ${action}, which is not in the record`)],
  )
  const decided = words.flatMap(({ action, by, says }) =>
    leavesOf(action, book).some((leaf) => leaf.kind === 'moved' && leaf.event === says && leaf.by === by)
      ? []
      : [broken('d', `${by} was told that they ${says} ${action}, which is not in the record`)],
  )
  return [...told, ...decided]
}

function recovery({ run, before, after }: Restart, evidence: Evidence, book: Book): readonly Violation[] {
  const stood = new Map(after.map((seen) => [seen.action, seen]))
  return before.flatMap((was) => {
    const now = stood.get(was.action)
    const at = `${was.name} (${was.action})`
    if (now === undefined) return [broken('e', `${at} was ${was.state} and is gone after the restart`)]
    if (was.state === 'dispatched') return neverAgain(was, now, run, book)
    if (was.wait === 'live')
      return now.state === 'withdrawn'
        ? []
        : [broken('e', `${at} waited live and is ${now.state} after the restart`)]
    if (was.wait === 'claimable' && (now.state !== was.state || now.wait !== was.wait))
      return [broken('e', `${at} was ${was.state} as a claim and is ${now.state} after the restart`)]
    return goneOn(was, evidence, book)
  })
}

function neverAgain(was: Seen, now: Seen, run: number, book: Book): readonly Violation[] {
  const again = (book.arrivals.get(was.name) ?? []).filter((arrival) => arrival.run >= run)
  const [only, ...others] = released(was.name, book)
  return [
    ...(now.state === 'unknown'
      ? []
      : [broken('e', `${was.name} was dispatched and is ${now.state} after the restart`)]),
    // Its client may have asked anew, which is another action.
    ...(again.length > 0 && only !== undefined && others.length === 0
      ? [broken('e', `${was.name} was dispatched and was sent again after the restart`)]
      : []),
  ]
}

/** Whoever keeps the evidence has had it approved, and presented where it is a claim: unless it was denied it ran, once, or died in a later crash. */
function goneOn(was: Seen, { restarts }: Evidence, book: Book): readonly Violation[] {
  const end = book.actions.get(was.action)?.state
  const times = timesOf(was.name, book)
  const deniedOrOver = end === 'denied' || end === 'expired'
  const cutLater = end === 'unknown' && restarts.length > 1
  if (deniedOrOver || cutLater || (end === 'succeeded' && times === 1)) return []
  return [
    broken('e', `${was.name} was ${was.wait} and ${was.state}, and ended as ${end} with ${times} arrivals`),
  ]
}

const NEVER_SENT: ReadonlySet<string> = new Set(['refused', 'denied', 'expired', 'withdrawn'])

function whatEndedReachesNobody({ arrivals }: Evidence, book: Book): readonly Violation[] {
  return [...new Set(arrivals.map(({ name }) => name))].flatMap((name) => {
    const actions = book.named.get(name) ?? []
    return actions.length > 0 && actions.every(({ state }) => NEVER_SENT.has(state))
      ? [broken('f', `${name} arrived and is ${actions.map(({ state }) => state).join(', ')}`)]
      : []
  })
}

function soundRecord({ checked }: Evidence): readonly Violation[] {
  return checked.kind === 'sound' ? [] : [broken('g', `${checked.wrong}: ${checked.says}`)]
}

/** The actions of this name that the record let go. */
function released(name: string, book: Book): readonly Seen[] {
  return (book.named.get(name) ?? []).filter(({ action }) =>
    leavesOf(action, book).some((leaf) => leaf.to === 'dispatched'),
  )
}

function leavesOf(action: string, book: Book): readonly (SeenAdmitted | SeenMoved)[] {
  return book.leaves.get(action) ?? []
}

function timesOf(name: string, book: Book): number {
  return book.arrivals.get(name)?.length ?? 0
}

function isOfAnAction(leaf: SeenLeaf): leaf is SeenAdmitted | SeenMoved {
  return leaf.kind !== 'other'
}

function broken(rule: Rule, says: string): Violation {
  return { rule, says }
}
