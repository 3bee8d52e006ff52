import type { Digest } from '../action/ids.ts'
import { type Instant, instant, unreachable } from '../given.ts'
import type { Leaf, Moved } from '../ledger/leaf.ts'
import type { Eligibility } from '../people/may-decide.ts'
import { safe } from '../redact/redacted.ts'
import { type Refusal, refusal } from '../refusal/refusal.ts'
import type { RefusalCode } from '../refusal/table.ts'
import type { Admit, Event, EventOf } from './event.ts'
import type { Life, State, Vote } from './life.ts'
import { quorumMet } from './quorum.ts'
import { waivableOf } from './standing.ts'
import { TABLE } from './table.ts'

/** How long an approved claim stays open to its caller: long enough for an agent that polls, short enough to be remembered. */
export const CLAIM_WINDOW_MS: number = 15 * 60 * 1000
/** A thread is a conversation about one action, not a store: past this a reviewer decides or denies. */
export const THREAD_LIMIT = 40

export interface Step {
  readonly life: Life
  readonly leaf: Leaf
}

/** How an action enters the table: sent at once, waiting for people, or refused. */
export function open(event: Admit, now: Instant): Step {
  const { action, verdict, judgedBy, circumstances, chain, reason } = event
  const held = verdict.kind === 'hold'
  const to = verdict.kind === 'allow' ? 'dispatched' : held ? 'waiting' : 'refused'
  const wait = held ? event.wait : 'none'
  const life: Life = {
    action,
    version: 1,
    state: to,
    wait,
    why: verdict.why,
    signals: circumstances.signals,
    terms: held ? verdict.terms : null,
    votes: [],
    thread: [],
    deadline: held ? instant(now + verdict.terms.withinMs) : null,
    judgedBy,
    waiver: verdict.kind === 'allow' ? (verdict.waiver ?? null) : null,
    ended: verdict.kind === 'refuse' ? { code: verdict.code, by: null, at: now, answer: null } : null,
  }
  const { id, caller, session, resource, target, effects, facts, digest, shape } = action
  const leaf: Leaf = {
    v: 1,
    kind: 'admitted',
    at: now,
    action: id,
    version: 1,
    caller,
    chain,
    session,
    resource,
    target,
    effects,
    facts,
    digest,
    shape,
    circumstances,
    verdict,
    judgedBy,
    wait,
    to,
    reason,
  }
  return { life, leaf }
}

/** What an event does to an action, or why it does nothing. The store compares `life.version - 1` when it moves. */
export function step(life: Life, event: Event, now: Instant): Step | Refusal {
  const mayLeadTo = TABLE[life.state][event.kind]
  if (mayLeadTo === undefined) return outOfPlace(life)
  if (isTooLate(life, event, now)) return refusal('expired', safe`its time was over`, life.action.id)
  const change = changeOf(life, event, now)
  if ('code' in change) return refusal(change.code, safe`the action stays as it is`, life.action.id)
  const to = change.life.state ?? life.state
  if (!mayLeadTo.includes(to))
    throw new Error(`${event.kind} led from ${life.state} to ${to}, which the table does not know`)
  const next: Life = { ...life, ...change.life, state: to, version: life.version + 1 }
  const leaf: Leaf = {
    v: 1,
    kind: 'moved',
    at: now,
    action: life.action.id,
    version: next.version,
    event: event.kind,
    from: life.state,
    to,
    wait: next.wait,
    ...change.leaf,
  }
  return { life: next, leaf }
}

/** What differs after an event, in the life and in its leaf; or the code of a refusal, after which nothing differs. */
type Change = { readonly life: Partial<Life>; readonly leaf: Partial<Moved> } | { readonly code: RefusalCode }

function changeOf(life: Life, event: Event, now: Instant): Change {
  switch (event.kind) {
    case 'approve':
      return approve(life, event, now)
    case 'deny':
      return deny(life, event, now)
    case 'ask':
      return ask(life, event)
    case 'answer':
      return answer(life, event)
    case 'release':
      return life.wait === 'live' ? { life: { wait: 'claimable' }, leaf: {} } : { code: 'conflict' }
    case 'withdraw':
      return ends('withdrawn', 'withdrawn', now, { why: event.why })
    case 'expire':
      return life.deadline !== null && now >= life.deadline
        ? ends('expired', 'expired', now, {})
        : { code: 'conflict' }
    case 'dispatch':
      return dispatch(life, event, now)
    case 'settle':
      return settle(event, now)
    case 'recover':
      return recover(life, now)
    default:
      return unreachable(event)
  }
}

function approve(life: Life, { decision, eligibility }: EventOf<'approve'>, now: Instant): Change {
  if (eligibility.kind === 'not-eligible') return { code: 'not-eligible' }
  if (decision.digest !== life.action.digest) return { code: 'stale-card' }
  if (life.terms === null || exceeds(decision.scope, waivableOf(life.action, life.terms)))
    return { code: 'not-permitted' }
  if (life.votes.some((vote) => vote.human === eligibility.human)) return { code: 'conflict' }
  const { by, scope } = decision
  const vote: Vote = { by, human: eligibility.human, seats: eligibility.seats, scope, at: now }
  const votes = [...life.votes, vote]
  const leaf = voteLeaf(decision, eligibility)
  if (!quorumMet(life.terms, votes)) return { life: { votes }, leaf }
  // A claim waits for its caller to come back, and may have been approved in its last second.
  const deadline = life.wait === 'claimable' ? instant(now + CLAIM_WINDOW_MS) : life.deadline
  return { life: { votes, state: 'approved', deadline }, leaf }
}

/** One eligible denial ends it, also after the quorum was met: until it is sent, somebody may still see the danger. */
function deny(life: Life, { decision, eligibility }: EventOf<'deny'>, now: Instant): Change {
  if (eligibility.kind === 'not-eligible') return { code: 'not-eligible' }
  if (decision.digest !== life.action.digest) return { code: 'stale-card' }
  const change = ends('denied', 'denied', now, voteLeaf(decision, eligibility))
  return {
    ...change,
    life: { ...change.life, ended: { code: 'denied', by: decision.by, at: now, answer: null } },
  }
}

function voteLeaf(
  { by, digest, saw, scope, proof }: EventOf<'approve' | 'deny'>['decision'],
  { human, seats }: Eligibility & { readonly kind: 'eligible' },
): Partial<Moved> {
  return { by, human, seats, digest, saw, scope, proof: proof.kind }
}

function exceeds(
  scope: EventOf<'approve'>['decision']['scope'],
  limit: { readonly uses: number; readonly forMs: number } | null,
): boolean {
  if (scope.kind === 'once') return false
  return (
    limit === null ||
    scope.uses < 1 ||
    scope.forMs < 1 ||
    scope.uses > limit.uses ||
    scope.forMs > limit.forMs
  )
}

function ask(life: Life, { utterance, text, eligibility }: EventOf<'ask'>): Change {
  // Gated like a decision: a question from inside the chain could put words before the reviewer.
  return eligibility.kind === 'not-eligible' ? { code: 'not-eligible' } : say(life, utterance, text)
}

/** Only what was asked: an agent that could talk at will would change the card under every reviewer's hand. */
function answer(life: Life, { utterance, text }: EventOf<'answer'>): Change {
  const open = life.thread.reduce((count, { kind }) => count + (kind === 'question' ? 1 : -1), 0)
  return open > 0 ? say(life, utterance, text) : { code: 'conflict' }
}

/** The action under review does not change by talk about it: its digest, terms and votes stay. */
function say(life: Life, utterance: Life['thread'][number], text: Digest): Change {
  if (life.thread.length >= THREAD_LIMIT) return { code: 'too-large' }
  return { life: { thread: [...life.thread, utterance] }, leaf: { by: utterance.by, text } }
}

/** What was shown is what runs (law 2): digest, freeze, policy and voters are looked at again in the move that spends the approval. */
function dispatch(life: Life, { digest, judgement }: EventOf<'dispatch'>, now: Instant): Change {
  const { verdict, judgedBy, asked, frozen, voters } = judgement
  if (digest !== life.action.digest) return { code: 'conflict' }
  if (frozen) return { code: 'frozen' }
  const leaf: Partial<Moved> = { judgedBy, ...(asked === null ? {} : { verdict, ...asked }) }
  if (verdict.kind === 'refuse') return ends('refused', verdict.code, now, leaf)
  if (verdict.kind === 'allow')
    return { life: { state: 'dispatched', deadline: null, judgedBy }, leaf: { digest, ...leaf } }
  const votes = life.votes.flatMap((vote) => stillCounts(vote, voters.get(vote.by)))
  if (quorumMet(verdict.terms, votes)) {
    return { life: { state: 'dispatched', deadline: null, judgedBy, votes }, leaf: { digest, ...leaf } }
  }
  // Held anew: policy asks for more than it did, or a voter lost the right that the vote stood on.
  const { terms, why } = verdict
  const deadline = instant(now + terms.withinMs)
  return {
    life: { state: 'waiting', terms, why, votes, deadline, judgedBy },
    leaf: { ...leaf, why: 'held-anew' },
  }
}

function stillCounts(vote: Vote, eligibility: Eligibility | undefined): Vote[] {
  if (eligibility === undefined || eligibility.kind === 'not-eligible') return []
  return [{ ...vote, human: eligibility.human, seats: eligibility.seats }]
}

function settle({ outcome, answer, body }: EventOf<'settle'>, now: Instant): Change {
  const code: RefusalCode | null = outcome === 'unknown' ? 'unknown-outcome' : null
  const leaf: Partial<Moved> = {
    ...(code === null ? {} : { code }),
    ...(answer === null ? {} : { answer }),
    ...(body === null ? {} : { body }),
  }
  return { life: { state: outcome, ended: { code, by: null, at: now, answer } }, leaf }
}

/** After a crash: nobody waits on a live hold any more, and what was dispatched may have run. */
function recover(life: Life, now: Instant): Change {
  if (life.state === 'dispatched') return ends('unknown', 'unknown-outcome', now, {})
  return life.wait === 'live' ? ends('withdrawn', 'withdrawn', now, { why: 'restart' }) : { code: 'conflict' }
}

function ends(
  state: State,
  code: RefusalCode,
  now: Instant,
  leaf: Partial<Moved>,
): { readonly life: Partial<Life>; readonly leaf: Partial<Moved> } {
  return {
    life: { state, deadline: null, ended: { code, by: null, at: now, answer: null } },
    leaf: { code, ...leaf },
  }
}

/** At the deadline itself the action is over: a click and an expiry at one instant must not depend on which was read first. */
function isTooLate(life: Life, event: Event, now: Instant): boolean {
  if (life.deadline === null || now < life.deadline) return false
  return event.kind !== 'expire' && event.kind !== 'withdraw' && event.kind !== 'recover'
}

/** A late click hears how the action ended. */
function outOfPlace(life: Life): Refusal {
  const { state } = life
  const code = state === 'denied' || state === 'expired' || state === 'withdrawn' ? state : 'conflict'
  return refusal(code, safe`the action cannot take this now`, life.action.id)
}
