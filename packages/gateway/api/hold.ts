import type { CardView, HoldView, ListedCardView, ListedHoldView } from '@sallyport/contract/hold'
import type { Digest, PersonId } from '@sallyport/core/action/ids'
import { type Card, type Counts, cardDigest, type History, type ListedCard } from '@sallyport/core/card/card'
import { listedCard, makeCard } from '@sallyport/core/card/make-card'

import { type Instant, instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import { humanOf } from '@sallyport/core/people/chain'
import type { Directory } from '@sallyport/core/people/directory'
import { openLives } from '../store/open-lives.ts'
import type { Reads } from '../store/store.ts'
import { mayDecide, maySee, whyNot } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { time, viewOf } from './views.ts'
import { warningText } from './warning.ts'
import type { SignedIn, Who } from './who.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Of a caller that asked for more, the newest are counted. */
const HISTORY_LIMIT = 2_000
/** A list of more helps nobody to decide, and each entry is as long as what was asked for. */
export const LISTED_LIMIT = 100

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
  const [history, identicalWaiting] = await Promise.all([
    historyOf(life, parts),
    parts.store.read('identical', { action: life.action.id }),
  ])
  const card = makeCard(life, directory, { history, identicalWaiting })
  const may = OPEN.has(life.state) && mayDecide(who, life, parts)
  const mayApprove =
    may && life.state === 'waiting' && !(who.kind === 'person' && hasVoted(who, life, directory))
  const saw = cardDigest(card, parts.replaying.sha256)
  const deciders = [...life.votes.map((vote) => vote.by), ...(life.ended?.by ? [life.ended.by] : [])]
  const names = new Map(deciders.map((id) => [id, directory.people.get(id)?.name ?? id]))
  return { life, card, saw, mayDecide: may, whyNot: may ? null : whyNot(who, life, parts), mayApprove, names }
}

/** The first of what waits, oldest first, and how many more do. */
export interface Listed {
  readonly lives: readonly Life[]
  readonly more: number
}

/** What waits: for this person, and what else of it they may see. No more of both together than a list holds. */
export async function holdsFor(
  who: SignedIn,
  parts: ApiParts,
): Promise<{ readonly mine: Listed; readonly others: Listed }> {
  const { directory } = parts.identity.directory()
  const mine = { lives: new Array<Life>(), count: 0 }
  const others = { lives: new Array<Life>(), count: 0 }
  for await (const life of openLives(parts.store)) {
    if (life.state !== 'waiting') continue
    const decides = mayDecide(who, life, parts)
    if (!decides && !maySee(who, life, parts)) continue
    // Whoever approved already has nothing left to do here, though the quorum may still want others.
    const into = decides && !hasVoted(who, life, directory) ? mine : others
    into.count++
    if (into.lives.length < LISTED_LIMIT) into.lives.push(life)
  }
  const shown = others.lives.slice(0, LISTED_LIMIT - mine.lives.length)
  return {
    mine: { lives: mine.lives, more: mine.count - mine.lives.length },
    others: { lives: shown, more: others.count - shown.length },
  }
}

/** Entries of a list are not decided from: they have no history, which takes a look at all that their caller did. */
export function listed({ lives }: Listed, parts: ApiParts): readonly ListedCard[] {
  const { directory } = parts.identity.directory()
  return lives.map((life) => listedCard(life, directory))
}

function hasVoted({ person }: SignedIn, { votes }: Life, directory: Directory): boolean {
  return votes.some((vote) => vote.human === humanOf(person, directory))
}

async function historyOf({ action }: Life, { store, clock }: ApiParts): Promise<History> {
  const counts = await store.read('counts', {
    caller: callerKey(action.caller),
    session: action.session,
    except: action.id,
    since: instant(clock() - DAY_MS),
    limit: HISTORY_LIMIT,
  })
  return { session: byState(counts.filter(({ inSession }) => inSession)), lastDay: byState(counts) }
}

function byState(counts: Reads['counts']['rows']): Counts {
  const found: Partial<Record<Life['state'], number>> = {}
  for (const { state, count } of counts) found[state] = (found[state] ?? 0) + count
  return found
}

export async function holdView(life: Life, who: Who, parts: ApiParts): Promise<HoldView> {
  const { card, saw, mayDecide, whyNot } = await holdOf(life, who, parts)
  const same = card.moment.identicalWaiting
  return { action: viewOf(life), card: cardView(card), saw, same, mayDecide, whyNot }
}

export function listedView(life: Life, who: SignedIn, parts: ApiParts): ListedHoldView {
  const { directory } = parts.identity.directory()
  const card = listedCard(life, directory)
  const saw = cardDigest(card, parts.replaying.sha256)
  const may = mayDecide(who, life, parts)
  const why = may ? null : whyNot(who, life, parts)
  return { action: viewOf(life), card: listedCardView(card), saw, mayDecide: may, whyNot: why }
}

function cardView(card: Card): CardView {
  return { ...listedCardView(card), history: card.moment.history }
}

function listedCardView({ basis, moment }: ListedCard): ListedCardView {
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
  }
}

function nullable(at: Instant | null): string | null {
  return at === null ? null : time(at)
}
