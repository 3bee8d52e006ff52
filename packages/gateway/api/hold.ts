import type { CardView, HoldView } from '@sallyport/contract/hold'
import type { Digest, PersonId } from '@sallyport/core/action/ids'
import { type Card, type Counts, cardDigest, type History } from '@sallyport/core/card/card'
import { makeCard } from '@sallyport/core/card/make-card'

import { type Instant, instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import { humanOf } from '@sallyport/core/people/chain'
import type { Directory } from '@sallyport/core/people/directory'
import { mayDecide, maySee, whyNot } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { time, viewOf } from './views.ts'
import { warningText } from './warning.ts'
import type { SignedIn, Who } from './who.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A busier caller than this has counts that say "at least". */
const HISTORY_LIMIT = 2_000

/** Approved counts too: until it is sent, somebody may still see the danger and deny. */
const OPEN: ReadonlySet<Life['state']> = new Set(['waiting', 'approved'])

/** A held action with its card, as one viewer has it. */
export interface Hold {
  readonly life: Life
  readonly card: Card
  readonly saw: Digest
  readonly mayDecide: boolean
  /** False once they have: a quorum counts humans. Denying stays. */
  readonly mayApprove: boolean
  /** Null where they may. */
  readonly whyNot: string | null
  /** Of those who decided. */
  readonly names: ReadonlyMap<PersonId, string>
}

export async function holdOf(life: Life, who: Who, parts: ApiParts): Promise<Hold> {
  const { directory } = parts.identity.directory()
  const [history, identicalWaiting] = await Promise.all([historyOf(life, parts), identicalTo(life, parts)])
  const card = makeCard(life, directory, { history, identicalWaiting })
  const may = OPEN.has(life.state) && mayDecide(who, life, parts)
  const mayApprove =
    may && life.state === 'waiting' && !(who.kind === 'person' && hasVoted(who, life, directory))
  const saw = cardDigest(card, parts.replaying.sha256)
  const deciders = [...life.votes.map((vote) => vote.by), ...(life.ended?.by ? [life.ended.by] : [])]
  const names = new Map(deciders.map((id) => [id, directory.people.get(id)?.name ?? id]))
  return { life, card, saw, mayDecide: may, whyNot: may ? null : whyNot(who, life, parts), mayApprove, names }
}

/** What waits: for this person, and what else of it they may see. Oldest first. */
export async function holdsFor(
  who: SignedIn,
  parts: ApiParts,
): Promise<{ readonly mine: readonly Life[]; readonly others: readonly Life[] }> {
  const { directory } = parts.identity.directory()
  const open = await parts.store.read('open', {})
  const visible = open.filter((life) => life.state === 'waiting' && maySee(who, life, parts))
  // Whoever approved already has nothing left to do here, though the quorum may still want others.
  const mine = visible.filter((life) => mayDecide(who, life, parts) && !hasVoted(who, life, directory))
  return { mine, others: visible.filter((life) => !mine.includes(life)) }
}

function hasVoted({ person }: SignedIn, { votes }: Life, directory: Directory): boolean {
  return votes.some((vote) => vote.human === humanOf(person, directory))
}

async function historyOf({ action }: Life, { store, clock }: ApiParts): Promise<History> {
  const { caller, session } = action
  const [agent] = caller.agents
  const lives = await store.read('lives', {
    ...(agent === undefined ? { owner: caller.owner } : { agent }),
    since: instant(clock() - DAY_MS),
    limit: HISTORY_LIMIT,
  })
  const key = callerKey(caller)
  const others = lives.filter((life) => life.action.id !== action.id && callerKey(life.action.caller) === key)
  return {
    session: counts(others.filter((life) => life.action.session === session)),
    lastDay: counts(others),
  }
}

function counts(lives: readonly Life[]): Counts {
  const found: Partial<Record<Life['state'], number>> = {}
  for (const { state } of lives) found[state] = (found[state] ?? 0) + 1
  return found
}

async function identicalTo({ action }: Life, { store }: ApiParts): Promise<number> {
  const kept = await store.read('kept', { action: action.id })
  if (kept === null) return 0
  const same = await store.read('claim', { claim: kept.claim })
  return same.filter((life) => life.action.id !== action.id && life.state === 'waiting').length
}

export async function holdView(life: Life, who: Who, parts: ApiParts): Promise<HoldView> {
  const { card, saw, mayDecide, whyNot } = await holdOf(life, who, parts)
  const same = card.moment.identicalWaiting
  return { action: viewOf(life), card: cardView(card), saw, same, mayDecide, whyNot }
}

function cardView({ basis, moment }: Card): CardView {
  const { policy, requester, thread } = basis
  return {
    says: basis.says,
    command: basis.command,
    parameters: [...basis.parameters],
    requester: { ...requester, agents: [...requester.agents], actsFor: [...requester.actsFor] },
    resource: basis.resource,
    environment: basis.environment,
    effects: [...basis.effects],
    operation: basis.operation,
    datasets: [...basis.datasets],
    labels: [...basis.labels],
    destination: basis.destination,
    rows: basis.rows,
    deferred: basis.deferred,
    unbounded: basis.unbounded,
    understood: basis.understood,
    unknown: [...basis.unknown],
    policy: {
      set: policy.set,
      rules: [...policy.rules],
      because: policy.because,
      controls: [...policy.controls],
    },
    reason: basis.reason,
    waivable: basis.waivable,
    thread: thread.map(({ id, kind, by, text, at }) => ({ id, kind, by, text, at: time(at) })),
    impact: basis.impact,
    openedAt: time(basis.openedAt),
    whole: basis.whole,
    warnings: basis.warnings.map(warningText),
    state: moment.state,
    wait: moment.wait,
    expiresAt: nullable(moment.expiresAt),
    seats: moment.seats.map(({ group, takenBy }) => ({ group, takenBy })),
    signals: [...basis.signals],
    history: moment.history,
  }
}

function nullable(at: Instant | null): string | null {
  return at === null ? null : time(at)
}
