import type { GroupId, PersonId } from '@sallyport/core/action/ids'
import type { State } from '@sallyport/core/lifecycle/life'
import { canFill } from '@sallyport/core/lifecycle/quorum'
import { isEnd, TABLE } from '@sallyport/core/lifecycle/table'
import type { Terms } from '@sallyport/core/policy/verdict'
import { type Disorder, type Finding, finding } from './finding.ts'
import type { SeenAdmitted, SeenLeaf, SeenMoved } from './seen-leaf.ts'

/**
 * Whether the leaves, read in order, tell of actions that went by the transition table. Hashes prove that nobody changed
 * the record afterwards; this, that what was recorded is not itself a breach.
 */
export interface Reading {
  /** The next leaf of the log. */
  take(index: number, leaf: SeenLeaf): { readonly kind: 'in-order' } | Finding
  counts(): ActionCounts
  stateOf(action: string): State | null
}

export interface ActionCounts {
  readonly ended: number
  readonly open: number
}

/** What is remembered of an action. Of an ended one nothing but how: a log has many. */
interface Life {
  version: number
  state: State
  readonly chain: ReadonlySet<string>
  readonly digest: string
  /** The seats to fill. None where it was not held. */
  groups: Terms['groups'] | null
  readonly voters: Map<PersonId, Seats>
}

/**
 * The groups that a voter sat for; `unknown` once policy asked for others, or held it anew. The gateway looked then whether
 * each voter still counted and for which group, in a directory that the leaf names and does not hold. So such a vote is
 * taken for one seat of any group: a reader of leaves cannot tell more, and must not call an honest record unsound.
 */
type Seats = readonly GroupId[] | 'unknown'

const IN_ORDER = { kind: 'in-order' } as const

export function readInOrder(): Reading {
  const open = new Map<string, Life>()
  const ended = new Map<string, State>()
  return {
    take: (index, leaf) => {
      if (leaf.kind === 'other') return IN_ORDER
      const breach = leaf.kind === 'admitted' ? admit(leaf, open, ended) : move(leaf, open, ended)
      if (breach !== null) return finding(breach, index, sentence(breach, leaf))
      const life = open.get(leaf.action)
      if (life !== undefined && isEnd(life.state)) {
        open.delete(leaf.action)
        ended.set(leaf.action, life.state)
      }
      return IN_ORDER
    },
    counts: () => ({ ended: ended.size, open: open.size }),
    stateOf: (action) => open.get(action)?.state ?? ended.get(action) ?? null,
  }
}

type Lives = Map<string, Life>
type Ends = ReadonlyMap<string, State>

const STATE_AFTER = { allow: 'dispatched', hold: 'waiting', refuse: 'refused' } as const

function admit(leaf: SeenAdmitted, open: Lives, ended: Ends): Disorder | null {
  if (open.has(leaf.action) || ended.has(leaf.action)) return 'admitted-twice'
  if (leaf.version !== 1) return 'version-gap'
  const { action, version, to: state, digest, verdict } = leaf
  if (state !== STATE_AFTER[verdict.kind]) return 'against-the-verdict'
  const chain = new Set(leaf.chain)
  const groups = verdict.kind === 'hold' ? verdict.groups : null
  open.set(action, { version, state, chain, digest, groups, voters: new Map() })
  return null
}

function move(leaf: SeenMoved, open: Lives, ended: Ends): Disorder | null {
  if (ended.has(leaf.action)) return 'moved-after-end'
  const life = open.get(leaf.action)
  if (life === undefined) return 'moved-before-admitted'
  if (leaf.version !== life.version + 1) return 'version-gap'
  if (leaf.from !== life.state) return 'wrong-state'
  if (leaf.event === 'dispatch' && life.state === 'dispatched') return 'dispatched-twice'
  if (TABLE[leaf.from][leaf.event]?.includes(leaf.to) !== true) return 'not-in-the-table'
  const breach = decide(leaf, life) ?? dispatch(leaf, life)
  life.version = leaf.version
  life.state = leaf.to
  return breach
}

/** An approval or denial is the word of a person outside the chain, about exactly this action. */
function decide(leaf: SeenMoved, life: Life): Disorder | null {
  if (leaf.event !== 'approve' && leaf.event !== 'deny') return null
  const { by, human } = leaf
  if (by === null || human === null || leaf.proof === null) return 'decided-without-presence'
  if (leaf.digest !== life.digest) return 'other-digest'
  if (life.chain.has(by) || life.chain.has(human)) return 'decided-by-the-chain'
  if (leaf.event === 'deny') return null
  // Who has to vote once more no longer counted.
  if ((life.voters.get(human as PersonId) ?? 'unknown') !== 'unknown') return 'voted-twice'
  life.voters.set(human as PersonId, leaf.seats as readonly GroupId[])
  return leaf.to === 'approved' ? quorum(life) : null
}

/** Policy was asked again before it was sent: now its answer counts. */
function dispatch(leaf: SeenMoved, life: Life): Disorder | null {
  if (leaf.event !== 'dispatch') return null
  const { to, verdict } = leaf
  const groups = verdict?.kind === 'hold' ? verdict.groups : life.groups
  if (to === 'waiting' || !sameGroups(groups, life.groups)) forgetSeats(life)
  life.groups = groups
  if (to !== 'dispatched') return null
  if (leaf.digest !== life.digest) return 'other-digest'
  if (verdict?.kind === 'refuse') return 'against-the-verdict'
  return verdict?.kind === 'allow' ? null : quorum(life)
}

function quorum({ voters, groups }: Life): Disorder | null {
  if (groups === null) return null
  const every = groups.map(({ group }) => group)
  const sitters = [...voters].map(([human, seats]) => ({ human, seats: seats === 'unknown' ? every : seats }))
  return canFill(groups, sitters) ? null : 'too-few-approvals'
}

function forgetSeats({ voters }: Life): void {
  for (const human of voters.keys()) voters.set(human, 'unknown')
}

function sameGroups(one: Life['groups'], other: Life['groups']): boolean {
  const spelled = (groups: Life['groups']): string =>
    JSON.stringify((groups ?? []).map(({ group, approvals }) => `${group} ${approvals}`).sort())
  return spelled(one) === spelled(other)
}

function sentence(breach: Disorder, { action, version }: SeenAdmitted | SeenMoved): string {
  return `${action} at version ${version}: ${MEANING[breach]}`
}

const MEANING: Readonly<Record<Disorder, string>> = {
  'admitted-twice': 'it was admitted before',
  'moved-before-admitted': 'it moves and was never admitted',
  'version-gap': 'its versions are not one after another',
  'wrong-state': 'it moves out of a state that it was not in',
  'moved-after-end': 'it had ended',
  'dispatched-twice': 'it had been dispatched',
  'not-in-the-table': 'there is no such move',
  'against-the-verdict': 'it did not go where its verdict leads',
  'other-digest': 'what was decided or dispatched is not what was admitted',
  'decided-by-the-chain': 'it was decided by somebody of its own chain',
  'decided-without-presence': 'it was decided by nobody who proved to be there',
  'voted-twice': 'one person voted twice',
  'too-few-approvals': 'it counts as approved, and those who approved do not fill the seats that it asks for',
  'other-action': 'it is not the action of this receipt',
}
