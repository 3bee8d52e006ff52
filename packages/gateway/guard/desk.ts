import { digestOf, type Nonce } from '@sallyport/core/action/digest'
import { type ActionId, drawId, type PersonId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import type { Event } from '@sallyport/core/lifecycle/event'
import type { Life, Utterance } from '@sallyport/core/lifecycle/life'
import { BAN_MS, callerKey, type Standing, waiverGiven } from '@sallyport/core/lifecycle/standing'
import { type Step, step } from '@sallyport/core/lifecycle/step'
import { humanOf, resolveChain } from '@sallyport/core/people/chain'
import { isBarred } from '@sallyport/core/people/may-decide'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Change } from '../store/store.ts'
import type { Answer } from './answer.ts'
import { changeOf } from './change.ts'
import type { Desk, Word } from './guard.ts'
import type { House } from './house.ts'
import { eligibility } from './judge.ts'
import { unpackAnswer } from './parked-answer.ts'
import type { Guarded } from './parts.ts'
import { stood } from './stood.ts'

/** Where people do something to an action that waits. Each call reads it, makes one step, and tries again if somebody was first. */
export function openDesk(house: House): Omit<Desk, 'freeze' | 'unfreeze' | 'revoke'> {
  const { parts } = house
  return {
    decide: (id, word) => move(id, house, (life, guarded) => decision(life, word, guarded, house)),

    ask: (id, by, text) =>
      move(id, house, async (life, guarded) => {
        const utterance = utter('question', by, text, house)
        return {
          kind: 'ask',
          utterance,
          text: await digestOfText(life, text, house),
          eligibility: eligibility(by, life, guarded, parts),
        }
      }),

    answer: (id, by, text) =>
      move(id, house, async (life) => {
        if (!isInChain(by, life, house)) return notInChain(life)
        return {
          kind: 'answer',
          utterance: utter('answer', by, text, house),
          text: await digestOfText(life, text, house),
        }
      }),

    withdraw: (id, by) =>
      move(id, house, (life) =>
        isInChain(by, life, house) ? { kind: 'withdraw', why: 'requester' } : notInChain(life),
      ),

    reviewers(life) {
      const guarded = parts.resource(life.action.resource)
      if (guarded === undefined) return []
      const people = [...parts.directory().directory.people.keys()]
      return people.filter((person) => eligibility(person, life, guarded, parts).kind === 'eligible')
    },

    fetch: (id) => fetchAnswer(id, house),
  }
}

type MaybeEvent = Event | Refusal

/** One step of one action, made from what it is now. */
async function move(
  id: ActionId,
  house: House,
  eventFor: (life: Life, guarded: Guarded) => MaybeEvent | Promise<MaybeEvent>,
): Promise<Life | Refusal> {
  const { parts } = house
  for (;;) {
    const life = await parts.store.read('life', { id })
    const guarded = life === null ? undefined : parts.resource(life.action.resource)
    if (life === null || guarded === undefined)
      return refusal('unknown-resource', safe`there is no action ${id}`)
    const event = await eventFor(life, guarded)
    if (event.kind === 'refusal') return event
    const stepped = step(life, event, parts.clock())
    if ('code' in stepped) return stepped
    const change = withStanding(life, stepped, event, house)
    if ((await parts.store.move(change)) === 'lost') continue
    if (change.writes.some((write) => write.kind === 'standing')) await house.shelf.refresh()
    if (stepped.life.state === 'denied') house.history.denied(stepped.life)
    return stepped.life
  }
}

/** The one place where a person's word becomes an event. Who may approve may deny, and nobody else. */
function decision(life: Life, word: Word, guarded: Guarded, house: House): MaybeEvent {
  const { parts } = house
  const may = eligibility(word.by, life, guarded, parts)
  const barred = isBarred(word.proof.madeBy, life.action.caller, parts.directory().directory)
  if (may.kind === 'not-eligible' || barred) {
    return refusal('not-eligible', safe`${word.by} may not decide action ${life.action.id}`, life.action.id)
  }
  // A denial needs no fresh card: whoever said no to the old one does not have to look again, and talk cannot put it off.
  if (word.says === 'approve' && word.saw !== parts.cardDigest(life)) {
    return refusal(
      'stale-card',
      safe`the card of action ${life.action.id} is not the one that was shown`,
      life.action.id,
    )
  }
  const { by, proof, saw } = word
  const given = { digest: life.action.digest, by, proof, saw }
  return word.says === 'approve'
    ? { kind: 'approve', decision: { ...given, says: 'approve', scope: word.scope }, eligibility: may }
    : { kind: 'deny', decision: { ...given, says: 'deny', scope: word.scope }, eligibility: may }
}

/** The step, and with it the waiver that its approval gave or the ban that its denial set: one commit, two leaves. */
function withStanding(from: Life, stepped: Step, event: Event, house: House): Change {
  const standing = standingOf(stepped.life, event, house)
  if (standing === null) return changeOf(from, stepped)
  const life = standing.kind === 'waiver' ? { ...stepped.life, waiver: standing.id } : stepped.life
  const change = changeOf(from, { life, leaf: stepped.leaf }, [{ kind: 'standing', from: 0, standing }])
  return { ...change, leaves: [...change.leaves, stood(standing, 'granted', house.parts.clock())] }
}

function standingOf(life: Life, event: Event, { parts }: House): Standing | null {
  const now = parts.clock()
  const { action } = life
  const common = {
    id: drawId('std', parts.random),
    version: 1,
    resource: action.resource,
    caller: callerKey(action.caller),
    from: action.id,
    revoked: false,
  }
  if (event.kind === 'approve' && life.state === 'approved') {
    const given = waiverGiven(life)
    if (given === null) return null
    const by = life.votes.map((vote) => vote.by)
    const until = instant(now + given.forMs)
    return { ...common, kind: 'waiver', shape: action.shape, session: null, usesLeft: given.uses, until, by }
  }
  if (event.kind !== 'deny' || event.decision.scope.kind === 'call') return null
  const ban = {
    ...common,
    kind: 'ban' as const,
    usesLeft: Number.MAX_SAFE_INTEGER,
    until: instant(now + BAN_MS),
    by: [event.decision.by],
  }
  return event.decision.scope.kind === 'shape'
    ? { ...ban, shape: action.shape, session: null }
    : { ...ban, shape: null, session: action.session }
}

function utter(kind: Utterance['kind'], by: string, text: Redacted, { parts }: House): Utterance {
  return { id: drawId('utt', parts.random), kind, by, text, at: parts.clock() }
}

/** The record has the digest of what was said, under the action's nonce; the words themselves stay where they can be erased. */
async function digestOfText({ action }: Life, text: Redacted, { parts }: House) {
  const kept = await parts.store.read('kept', { action: action.id })
  if (kept === null) throw new Error(`the nonce of action ${action.id} is gone`)
  return digestOf(parts.sha256, kept.nonce as Nonce, new TextEncoder().encode(text))
}

/** The agent itself, or a human of its chain under any of their names. */
function isInChain(by: string, { action }: Life, { parts }: House): boolean {
  if (action.caller.agents.some((agent) => agent === by)) return true
  const { directory } = parts.directory()
  const chain = resolveChain(action.caller, directory)
  return chain.kind === 'resolved' && chain.humans.has(humanOf(by as PersonId, directory))
}

function notInChain({ action }: Life): Refusal {
  return refusal(
    'not-eligible',
    safe`only the requester's own chain does this to action ${action.id}`,
    action.id,
  )
}

async function fetchAnswer(id: ActionId, { parts }: House): Promise<Answer | Refusal> {
  const life = await parts.store.read('life', { id })
  const kept = await parts.store.read('kept', { action: id })
  if (life === null || kept === null) return refusal('unknown-resource', safe`there is no action ${id}`)
  if (life.state === 'succeeded' && kept.answer === null)
    return refusal('too-large', safe`the answer of action ${id} was not kept`, id)
  if (kept.answer === null)
    return refusal(life.ended?.code ?? 'held', safe`action ${id} has no answer yet`, id)
  return unpackAnswer(parts.seal.open(kept.answer, id, 'answer'))
}
