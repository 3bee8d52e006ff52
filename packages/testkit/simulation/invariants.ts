import type { ActionId, PersonId } from '@sallyport/core/action/ids'
import type { Admitted, Leaf, Moved } from '@sallyport/core/ledger/leaf'
import type { Terms } from '@sallyport/core/policy/verdict'
import { termsOf } from './people.ts'
import { LIVE_WAIT_MS, type Sent, type World } from './world.ts'

/** A rule that held in every step, and what broke it. */
class Broken extends Error {
  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`)
  }
}

/** Who sits where, by the simulation's own knowledge and not by the code under test. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  reviewers: ['paul', 'rita', 'sam'],
  security: ['paul', 'rita', 'tess'],
}

/** The humans of an action's chain: olga owns the agent under two names, and the people acted for stand in the leaf. */
function inChain(person: string, action: ActionId, log: readonly Leaf[]): boolean {
  const admitted = log.find((leaf) => leaf.kind === 'admitted' && leaf.action === action)
  if (admitted?.kind !== 'admitted')
    throw new Broken('I6 the log only grows', `${action} has no admitted leaf`)
  return ['olga', 'olga-admin', ...admitted.caller.actsFor].includes(person)
}

/** Holds the whole world against the invariants, after every step. What was checked before is not checked again. */
export function watch(): (world: World) => void {
  let sentChecked = 0
  let prefix: readonly Leaf[] = []
  let quietSinceMs = 0
  return (world) => {
    for (const sent of world.sent.slice(sentChecked)) checkSent(sent, world)
    sentChecked = world.sent.length
    onlyGrows(prefix, world.disk.log)
    for (const leaf of world.disk.log.slice(prefix.length)) checkLeaf(leaf, world.disk.log)
    prefix = [...world.disk.log]
    answersAreRecorded(world)
    const busy = world.store.pending > 0 || world.flights.length > 0 || world.bodies.length > 0
    if (busy) quietSinceMs = world.elapsedMs
    else nobodyWaitsTooLong(world, quietSinceMs)
  }
}

function checkSent(sent: Sent, world: World): void {
  const { action } = sent
  const times = world.sent.filter((other) => other.action === action).length
  if (times > 1) throw new Broken('I2 at most one execution', `${action} was sent ${times} times`)
  const before = world.disk.log.slice(0, sent.logSize)
  nothingIsFrozen(action, before)
  const leaves = leavesOf(action, before)
  const end = leaves.find(
    (leaf) => leaf.kind === 'moved' && ['denied', 'expired', 'withdrawn', 'refused'].includes(leaf.to),
  )
  if (end !== undefined) throw new Broken('I3 what ended never runs', `${action} was sent after it had ended`)
  const admitted = leaves.find((leaf) => leaf.kind === 'admitted')
  if (admitted === undefined) return sentBeforeItsRecord(sent)
  if (admitted.digest !== sent.digest)
    throw new Broken('I1 exactly that digest', `${action} was sent with another digest`)
  if (admitted.verdict.kind === 'allow') return waiverHadUses(admitted, world)
  const dispatched = leaves.find((leaf) => leaf.kind === 'moved' && leaf.to === 'dispatched')
  if (dispatched === undefined)
    throw new Broken(
      'I1 no effect without a stored release',
      `${action} was sent without a dispatch in the record`,
    )
  approvedByOthers(sent, leaves, admitted)
}

/** Both scopes of the simulation's freezes cover every one of its actions. */
function nothingIsFrozen(action: ActionId, log: readonly Leaf[]): void {
  const freezes = log.filter((leaf) => leaf.kind === 'froze')
  const lifted = new Set(freezes.filter(({ event }) => event === 'unfrozen').map(({ freeze }) => freeze))
  const frozen = freezes.find(({ freeze }) => !lifted.has(freeze))
  if (frozen !== undefined)
    throw new Broken('I9 nothing is sent while frozen', `${action} was sent under ${frozen.freeze}`)
}

/** Only a pure read flies before its leaf. */
function sentBeforeItsRecord({ action, effect }: Sent): void {
  if (effect !== 'read')
    throw new Broken('I4 the record before the effect', `${action} was sent before its leaf was durable`)
}

/** Votes of distinct humans outside the chain, who were still members when it was sent, fill the seats of the policy in force. */
function approvedByOthers(sent: Sent, leaves: readonly ActionLeaf[], admitted: Admitted): void {
  const voters = leaves.flatMap((leaf) =>
    leaf.kind === 'moved' && leaf.event === 'approve' ? [String(leaf.by)] : [],
  )
  const still = [...new Set(voters)].filter((voter) => !sent.withoutGroups.has(voter as PersonId))
  const version =
    leaves.findLast((leaf) => leaf.judgedBy !== undefined)?.judgedBy?.policy.startsWith('2') === true ? 2 : 1
  const terms = termsOf(admitted.facts.operation, version)
  if (terms !== null && !someSeating(terms, still)) {
    throw new Broken(
      'I1 no effect without its quorum',
      `${sent.action} ran with the votes of ${still.join(', ') || 'nobody'}`,
    )
  }
}

/** Tries every seating: slow, and plainly right. */
function someSeating(terms: Terms, voters: readonly string[]): boolean {
  const seats = terms.groups.flatMap(({ group, approvals }) =>
    Array.from({ length: approvals }, () => group as string),
  )
  const fill = (index: number, left: readonly string[]): boolean => {
    const seat = seats[index]
    if (seat === undefined) return true
    return left.some(
      (voter) =>
        MEMBERS[seat]?.includes(voter) === true &&
        fill(
          index + 1,
          left.filter((other) => other !== voter),
        ),
    )
  }
  return fill(0, voters)
}

function waiverHadUses(admitted: Admitted, world: World): void {
  if (admitted.verdict.kind !== 'allow' || admitted.verdict.waiver === undefined) return
  const { waiver } = admitted.verdict
  const granted = world.disk.log.find(
    (leaf) => leaf.kind === 'stood' && leaf.standing === waiver && leaf.event === 'granted',
  )
  const used = world.disk.log.filter(
    (leaf) => leaf.kind === 'admitted' && leaf.verdict.kind === 'allow' && leaf.verdict.waiver === waiver,
  )
  const uses = granted?.kind === 'stood' ? granted.uses : 0
  if (used.length > uses)
    throw new Broken(
      'I2 at most one execution for each use of a waiver',
      `${waiver} was used ${used.length} times of ${uses}`,
    )
}

function onlyGrows(before: readonly Leaf[], log: readonly Leaf[]): void {
  if (before.some((leaf, index) => log[index] !== leaf))
    throw new Broken('I6 the log only grows', 'a leaf changed or went')
}

/** An approval by the chain never even enters the record; what was unknown after a crash stays unknown. */
function checkLeaf(leaf: Leaf, log: readonly Leaf[]): void {
  if (leaf.kind !== 'moved') return
  if ((leaf.event === 'approve' || leaf.event === 'deny') && inChain(String(leaf.by), leaf.action, log)) {
    throw new Broken('I5 requester is not approver', `${leaf.by} decided ${leaf.action}`)
  }
  if (leaf.from === 'dispatched' && leaf.event === 'recover' && leaf.to !== 'unknown') {
    throw new Broken('I8 not known is unknown', `${leaf.action} became ${leaf.to} after a crash`)
  }
}

function answersAreRecorded(world: World): void {
  for (const { result, answeredAt } of world.clients) {
    if (result?.kind !== 'answered') continue
    const recorded = leavesOf(result.action, world.disk.log.slice(0, answeredAt)).length > 0
    if (!recorded)
      throw new Broken(
        'I4 the record before the answer',
        `${result.action} was answered before its leaf was durable`,
      )
  }
}

/** With nothing left to commit, nobody waits live past the limit. */
function nobodyWaitsTooLong(world: World, quietSinceMs: number): void {
  for (const client of world.clients) {
    const waitedMs = world.elapsedMs - Math.max(client.sinceMs, quietSinceMs)
    if (client.result === undefined && waitedMs > LIVE_WAIT_MS) {
      throw new Broken('I7 nobody waits beyond the deadline', `a client has waited ${waitedMs} ms`)
    }
  }
  for (const life of world.disk.lives.values()) {
    if (life.state === 'dispatched' && world.boot > bootOf(life.action.id, world)) {
      throw new Broken('I8 not known is unknown', `${life.action.id} was left dispatched by a crash`)
    }
  }
}

function bootOf(action: ActionId, world: World): number {
  return world.bootOf.get(action) ?? world.boot
}

type ActionLeaf = (Admitted | Moved) & Leaf

function leavesOf(action: ActionId, log: readonly Leaf[]): ActionLeaf[] {
  return log.filter(
    (leaf): leaf is ActionLeaf =>
      (leaf.kind === 'admitted' || leaf.kind === 'moved') && leaf.action === action,
  )
}
