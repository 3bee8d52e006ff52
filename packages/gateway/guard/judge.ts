import type { Action } from '@sallyport/core/action/action'
import type { PersonId } from '@sallyport/core/action/ids'
import type { Judgement } from '@sallyport/core/lifecycle/event'
import type { JudgedBy, Life } from '@sallyport/core/lifecycle/life'
import { canFill, type Sitter } from '@sallyport/core/lifecycle/quorum'
import { covers, isWithin, type Standing, waivableOf } from '@sallyport/core/lifecycle/standing'
import { resolveChain } from '@sallyport/core/people/chain'
import { type Eligibility, mayDecide } from '@sallyport/core/people/may-decide'
import type { Circumstances, Terms, Verdict, Why } from '@sallyport/core/policy/verdict'
import type { RefusalCode } from '@sallyport/core/refusal/table'
import type { History } from './history.ts'
import type { Guarded, GuardParts } from './parts.ts'
import type { Shelf } from './shelf.ts'

/** A verdict with what it was made from. */
export interface Judged {
  readonly verdict: Verdict
  readonly judgedBy: JudgedBy
  readonly circumstances: Circumstances
  readonly chain: readonly PersonId[]
}

/**
 * The verdict on an action: frozen or banned is refused before policy is asked, policy's refusal stands whatever else there
 * is, a waiver skips a hold, and a hold that nobody could decide is a refusal at once.
 */
export function judge(
  action: Action,
  guarded: Guarded,
  shelf: Shelf,
  history: History,
  parts: GuardParts,
): Judged {
  const { directory, digest } = parts.directory()
  const policy = parts.policy()
  const circumstances = history.circumstances(action, parts.clock())
  const judgedBy = { policy: policy.digest, directory: digest }
  const resolved = resolveChain(action.caller, directory)
  const chain = resolved.kind === 'resolved' ? [...resolved.humans].sort() : []
  const judged = (verdict: Verdict): Judged => ({ verdict, judgedBy, circumstances, chain })

  if (resolved.kind === 'unresolved')
    return judged(refuse('unresolved-caller', 'somebody in the calling chain is not a known person'))
  if (shelf.frozen(action))
    return judged(refuse('frozen', 'a person froze this agent, this resource or everything'))
  const stop = stopped(action, shelf, parts)
  if (stop !== null) return judged(stop)

  const { caller, effects, facts } = action
  const verdict = policy.decide({ caller, target: guarded.target, effects, facts, circumstances }, directory)
  if (verdict.kind !== 'hold') return judged(verdict)

  const { terms, why } = verdict
  const waiver = shelf.standings.find((standing) => skips(standing, action, terms, guarded, parts))
  if (waiver !== undefined) return judged({ kind: 'allow', why, waiver: waiver.id })
  if (terms.reasonRequired && action.reason === null)
    return judged(refuse('reason-needed', 'policy wants a reason', why))
  if (!canFill(terms.groups, sitters(directory.people.keys(), action, terms, guarded, parts))) {
    return judged(refuse('no-reviewer', 'too few people outside the chain may decide this', why))
  }
  return judged(verdict)
}

/**
 * The judgement at dispatch (law 2). The verdict that people answered stands while policy and directory are the ones that
 * gave it; after a change of either the stored facts are judged again.
 */
export function rejudge(
  life: Life,
  guarded: Guarded,
  shelf: Shelf,
  history: History,
  parts: GuardParts,
): Judgement {
  const frozen = shelf.frozen(life.action)
  const voters = new Map(life.votes.map((vote) => [vote.by, eligibility(vote.by, life, guarded, parts)]))
  const { digest } = parts.directory()
  // What was said no to since, or asked with a key that ended, is not what people were asked about.
  const stop = stopped(life.action, shelf, parts)
  if (stop !== null) return { verdict: stop, judgedBy: life.judgedBy, asked: null, frozen, voters }
  const unchanged = life.judgedBy.policy === parts.policy().digest && life.judgedBy.directory === digest
  if (unchanged)
    return {
      verdict: heldStill(life, life.why),
      judgedBy: life.judgedBy,
      asked: null,
      frozen,
      voters,
    }
  // A waiver is a use of its own, and no vote: an action that people answer is judged as if there were none.
  const unwaived = { ...shelf, standings: [] }
  const { verdict, judgedBy, circumstances } = judge(life.action, guarded, unwaived, history, parts)
  return {
    verdict,
    judgedBy,
    asked: { target: guarded.target, circumstances },
    frozen,
    voters,
  }
}

const BANNED = 'a reviewer denied everything of this shape or the rest of this session'

function banned(action: Action, shelf: Shelf, { clock }: GuardParts): boolean {
  const now = clock()
  return shelf.standings.some((standing) => standing.kind === 'ban' && covers(standing, action, now))
}

function stopped(action: Action, shelf: Shelf, parts: GuardParts): Verdict | null {
  if (banned(action, shelf, parts)) return refuse('denied', BANNED)
  if (!parts.stillProved(action.caller.proof))
    return refuse('not-authenticated', 'the key that asked for this was rotated or revoked')
  return null
}

function heldStill(life: Life, why: Why): Verdict {
  if (life.terms === null) throw new Error('an action that was never held cannot be held still')
  return { kind: 'hold', why, terms: life.terms }
}

/** Whether this person may decide this action now: `mayDecide` with the right of the `people` set. */
export function eligibility(person: PersonId, life: Life, guarded: Guarded, parts: GuardParts): Eligibility {
  if (life.terms === null) return { kind: 'not-eligible', why: 'not-in-a-group' }
  return eligibleFor(person, life.action, life.terms, guarded, parts)
}

function eligibleFor(
  person: PersonId,
  action: Action,
  terms: Terms,
  guarded: Guarded,
  parts: GuardParts,
): Eligibility {
  const { directory } = parts.directory()
  return mayDecide(person, { caller: action.caller, groups: terms.groups }, directory, (who) =>
    parts.policy().permits(who, 'decide', guarded.target, directory),
  )
}

/**
 * Whether a waiver skips this hold now: policy still lets as much be waived as is left of it, and those who gave it could
 * together decide this very action. A waiver that fewer, or others, gave ahead of time skips nothing.
 */
function skips(
  standing: Standing,
  action: Action,
  terms: Terms,
  guarded: Guarded,
  parts: GuardParts,
): boolean {
  const now = parts.clock()
  return (
    standing.kind === 'waiver' &&
    covers(standing, action, now) &&
    isWithin(standing, waivableOf(action, terms), now) &&
    canFill(terms.groups, sitters(standing.by, action, terms, guarded, parts))
  )
}

function sitters(
  people: Iterable<PersonId>,
  action: Action,
  terms: Terms,
  guarded: Guarded,
  parts: GuardParts,
): Sitter[] {
  return [...people].flatMap((person) => {
    const answer = eligibleFor(person, action, terms, guarded, parts)
    return answer.kind === 'eligible' ? [answer] : []
  })
}

function refuse(code: RefusalCode, because: string, why?: Why): Verdict {
  return {
    kind: 'refuse',
    code,
    why: { rules: why?.rules ?? [], link: null, effect: null, because, controls: why?.controls ?? [] },
  }
}
