import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import { humanOf, resolveChain } from '@sallyport/core/people/chain'
import { type Eligibility, mayDecide as eligibility, isBarred } from '@sallyport/core/people/may-decide'
import { SALLYPORT } from '@sallyport/core/policy/gateway'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'
import { type SignedIn, seesAll, type Who } from './who.ts'

/** The very caller that asked: the same agents for the same people. */
export function isRequester(who: Who, { action }: Life): boolean {
  return who.kind !== 'operator' && callerKey(who.caller) === callerKey(action.caller)
}

/** The caller that asked, or a human of its chain under any of their entries. */
export function inChain(who: Who, life: Life, { identity }: ApiParts): boolean {
  if (who.kind !== 'person') return isRequester(who, life)
  const known = identity.directory().directory
  const chain = resolveChain(life.action.caller, known)
  return chain.kind === 'resolved' && chain.humans.has(humanOf(who.person, known))
}

/** Those it concerns: who asked, who may decide or did, and whoever runs or audits the gateway. */
export function maySee(who: Who, life: Life, parts: ApiParts): boolean {
  if (inChain(who, life, parts) || seesAll(who, parts)) return true
  if (who.kind !== 'person') return false
  return life.votes.some((vote) => vote.by === who.person) || isReviewer(who, life, parts)
}

export function mayDecide(who: Who, life: Life, parts: ApiParts): boolean {
  return who.kind === 'person' && isReviewer(who, life, parts) && !barred(who, life, parts)
}

function isReviewer({ person }: SignedIn, life: Life, { desk }: ApiParts): boolean {
  return desk.reviewers(life).includes(person)
}

function barred({ madeBy }: SignedIn, { action }: Life, { identity }: ApiParts): boolean {
  return isBarred(madeBy, action.caller, identity.directory().directory)
}

/** The life of an action, or 404 in the very words of an id that never was: whoever may not see it does not learn that it is. */
export async function seen(who: Who, id: ActionId, parts: ApiParts): Promise<Life> {
  const life = await parts.store.read('life', { id })
  if (life !== null && maySee(who, life, parts)) return life
  throw new Refused(refusal('unknown-resource', safe`there is no action ${id} that you may see`))
}

const BECAUSE: Readonly<Record<(Eligibility & { kind: 'not-eligible' })['why'], string>> = {
  'unknown-person': 'You are not in the directory of this gateway.',
  'in-the-chain': 'You are in the chain of this request. Nobody decides their own.',
  'unresolved-chain': 'Somebody in the chain of this request is not a known person, so nobody can decide it.',
  'not-in-a-group': 'You are not in a group that decides this.',
  'no-right': 'Policy gives you no right to decide on this resource.',
}

const MAKER =
  'Your sign-in link was made by somebody in the chain of this request, who could have used it. Ask whoever runs the gateway for another.'

/** Why this viewer may not decide, as a sentence. The same question as the guard asks, for its reason. */
export function whyNot(who: Who, life: Life, parts: ApiParts): string {
  if (who.kind === 'agent') return 'An agent decides nothing.'
  if (who.kind === 'operator') return 'The token of the operator is nobody, and nobody decides nothing.'
  const answer = eligibilityOf(who, life, parts)
  if (answer.kind === 'eligible' && barred(who, life, parts)) return MAKER
  return answer.kind === 'eligible' ? 'It is not waiting for a decision.' : BECAUSE[answer.why]
}

function eligibilityOf({ person }: SignedIn, { action, terms }: Life, parts: ApiParts): Eligibility {
  const { directory } = parts.identity.directory()
  const target =
    action.resource === SALLYPORT.id ? SALLYPORT : parts.configuration.resources.get(action.resource)
  const held = { caller: action.caller, groups: terms?.groups ?? [] }
  return eligibility(
    person,
    held,
    directory,
    (who) => target !== undefined && parts.policy().permits(who, 'decide', target, directory),
  )
}
