import type { PersonId } from '@sallyport/core/action/ids'
import type { Presence } from '@sallyport/core/lifecycle/life'
import type { Caller, Maker } from '@sallyport/core/people/caller'
import type { AdminRight } from '@sallyport/core/policy/verdict'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { Changer } from '../identity/parts.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'

/**
 * Who speaks. `present` is there for a browser session with the key of its page and for nothing else: a token lies in a file on the machine where an
 * agent may work, so it lists and asks and never decides (claim A3).
 */
export type Who = AgentCaller | SignedIn | Operator

export interface AgentCaller {
  readonly kind: 'agent'
  readonly caller: Caller
}

export interface SignedIn {
  readonly kind: 'person'
  readonly person: PersonId
  /** This person acting alone. */
  readonly caller: Caller
  readonly madeBy: Maker
  readonly present: Presence | null
  readonly by: 'cookie' | 'token'
}

/** Whoever holds the token of the machine that the gateway runs on. It sets up and looks; it is nobody, so it decides nothing. */
export interface Operator {
  readonly kind: 'operator'
}

/** A person who is there, in a browser whose session and form are ours. */
export interface PresentPerson {
  readonly person: PersonId
  readonly present: Presence
}

/** Who asks for an action. The operator is nobody, and nobody answers for nobody. */
export function caller(who: Who): Caller {
  if (who.kind !== 'operator') return who.caller
  throw new Refused(
    refusal('unresolved-caller', safe`the operator's token is nobody's: ask with the key of an agent`),
  )
}

export function person(who: Who): SignedIn {
  if (who.kind === 'person') return who
  throw new Refused(refusal('not-eligible', safe`only a person may do this`))
}

/** For what takes a human at the screen. `path` is where they find it. */
export function presentPerson(who: Who, path: string): PresentPerson {
  if (who.kind === 'agent') throw new Refused(refusal('not-eligible', safe`an agent decides nothing`))
  if (who.kind === 'operator' || who.present === null) {
    throw new Refused(refusal('needs-presence', safe`neither a token nor a cookie alone is a presence`), path)
  }
  return { person: who.person, present: who.present }
}

/** In the thread of an action: an agent speaks as itself, a person as themself. */
export function nameOf(who: Who): string {
  switch (who.kind) {
    case 'agent':
      // The last of a chain is the one that holds the key.
      return who.caller.agents.at(-1) ?? who.caller.owner
    case 'person':
      return who.person
    case 'operator':
      throw new Refused(refusal('not-eligible', safe`the operator's token is nobody's`))
  }
}

export function hasRight(who: Who, right: AdminRight, { policy, identity }: ApiParts): boolean {
  return who.kind === 'person' && policy().administers(who.person, right, identity.directory().directory)
}

/** Who stands in the record for a change. Agents change nothing. */
export function changer(who: Who): Changer {
  return who.kind === 'operator' ? 'operator' : person(who).person
}

/** The operator by token, or a person who is present and has the right: a token file must not make itself another agent. */
export function mustConfigure(who: Who, parts: ApiParts): void {
  if (who.kind === 'operator') return
  presentPerson(who, '/')
  if (!hasRight(who, 'configure', parts)) {
    throw new Refused(refusal('not-permitted', safe`you may not configure this gateway`))
  }
}

/** Everything that happens, for whoever runs the gateway or audits it. */
export function seesAll(who: Who, parts: ApiParts): boolean {
  return who.kind === 'operator' || hasRight(who, 'operate', parts) || hasRight(who, 'audit', parts)
}

export function mustSeeAll(who: Who, parts: ApiParts): void {
  if (seesAll(who, parts)) return
  throw new Refused(refusal('not-permitted', safe`this takes the right to operate or audit the gateway`))
}

/** The record names everybody and everything that was asked: for auditors. */
export function mustAudit(who: Who, parts: ApiParts): void {
  if (who.kind === 'operator' || hasRight(who, 'audit', parts)) return
  throw new Refused(refusal('not-permitted', safe`the entries of the record take the right to audit`))
}
