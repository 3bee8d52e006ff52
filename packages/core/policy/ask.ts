import type { Effect } from '../action/effect.ts'
import type { NonEmpty } from '../given.ts'
import type { Directory } from '../people/directory.ts'
import { type Stated, stateCircumstances, stateFacts, touches } from './context.ts'
import type { AuthorizationAnswer, Response } from './engine.ts'
import { findPrincipal, type Link, targetEntities } from './principal.ts'
import type { Rule } from './rule.ts'
import type { SetName } from './schema.ts'
import type { Evaluate } from './slots.ts'
import { addAll } from './terms.ts'
import type { Question, Terms } from './verdict.ts'

/** One effect of an action, for one link of its chain. */
export interface Asked {
  readonly effect: Effect
  readonly link: Link
  readonly question: Question
  readonly directory: Directory
}

/** What the `actions` set says to that. It names no link and no value, so that equal questions share it. */
export type Answer =
  | { readonly kind: 'allow'; readonly rules: NonEmpty<Rule> }
  | { readonly kind: 'hold'; readonly rules: NonEmpty<Rule>; readonly terms: Terms }
  | Refused

export interface Refused {
  readonly kind: 'refuse'
  readonly code: 'not-permitted' | 'not-understood' | 'policy-error' | 'unresolved-caller'
  readonly rules: readonly Rule[]
  /** The fact that was missing or the step that failed, in our words. */
  readonly detail: string
}

export type Ask = (asked: Asked) => Answer

/** Asks the engine each time. Every way out that is not a plain answer is a refusal. */
export function askOf(rules: readonly Rule[], evaluate: Evaluate): Ask {
  const byId = rulesOf('actions', rules)
  return ({ effect, link, question, directory }) => {
    const principal = findPrincipal(link, directory)
    if (principal === 'unknown') return refused('unresolved-caller', 'the directory does not know this link')
    if (principal === 'incomplete') return failed('a group above this link is not in the directory')
    const target = targetEntities(question.target)
    if (target === null) return failed('the environments of the resource are no chain')
    const facts = stateFacts(question.facts)
    if (facts.kind === 'malformed') return failed(`the fact ${facts.what} is out of range`)
    const circumstances = stateCircumstances(question.circumstances)
    if (circumstances === null) return failed('the circumstances are out of range')
    const blind = unanswerable(rules, effect, facts)
    if (blind !== null) return blind
    const answer = attempt(() =>
      evaluate('actions', {
        principal: link,
        action: effect,
        resource: { type: 'Resource', id: question.target.id },
        context: { ...facts.context, ...circumstances },
        entities: [...principal.entities, ...target],
      }),
    )
    return interpret(answer, byId)
  }
}

export type RulesById = ReadonlyMap<string, Rule>

/** The rules of one set: an answer that names another one comes from elsewhere. */
export function rulesOf(set: SetName, rules: readonly Rule[]): RulesById {
  return new Map(rules.filter((rule) => rule.set === set).map((rule) => [rule.id, rule]))
}

/** A text or a set that is unknown has no strictest value, and a rule that reads it must not be answered by an empty one. */
function unanswerable(rules: readonly Rule[], effect: Effect, { unknown }: Stated): Refused | null {
  if (unknown.length === 0) return null
  for (const path of unknown) {
    const readers = rules.filter(
      (rule) => rule.effects.includes(effect) && [...rule.reads.paths].some((read) => touches(read, path)),
    )
    if (readers.length > 0) return refused('not-understood', path, readers)
  }
  return null
}

/** The engine's answer, or null where it threw: a bad value reaches it as an exception, a trap in it too. */
function attempt(evaluate: () => AuthorizationAnswer): AuthorizationAnswer | null {
  try {
    return evaluate()
  } catch {
    return null
  }
}

/** An engine that skips a failing forbid still answers "allow": a response with any error beside it is none. */
function soundResponse(answer: AuthorizationAnswer | null): Response | null {
  if (answer === null || answer.type !== 'success' || answer.warnings.length > 0) return null
  return answer.response.diagnostics.errors.length > 0 ? null : answer.response
}

/** Reads the engine's answer against the rules that it can come from. */
export function interpret(answer: AuthorizationAnswer | null, byId: RulesById): Answer {
  const response = soundResponse(answer)
  if (response === null)
    return { ...failed('policy could not be evaluated on these facts'), rules: broken(answer, byId) }
  const { decision, diagnostics } = response
  const named = diagnostics.reason.map((id) => byId.get(id))
  const rules = inOrder(named.filter((rule) => rule !== undefined))
  const kind = decision === 'allow' ? 'permit' : 'forbid'
  if (rules.length !== named.length || rules.some((rule) => rule.kind !== kind)) {
    return failed('the engine named a policy that is not of this set')
  }
  if (decision !== 'allow') return refused('not-permitted', 'no policy permits it', rules)
  const [first, ...others] = rules
  if (first === undefined) return failed('the engine allowed without naming a policy')
  return permitted([first, ...others])
}

function permitted(rules: NonEmpty<Rule>): Answer {
  const [first, ...others] = rules.filter((rule) => rule.hold !== null)
  if (first === undefined) return { kind: 'allow', rules }
  const holding: NonEmpty<Rule> = [first, ...others]
  const terms = addAll(holding.map((rule) => rule.hold).filter((hold) => hold !== null))
  return terms === null ? failed('a hold without terms') : { kind: 'hold', rules: holding, terms }
}

/** The policies that the engine says it could not evaluate. Its messages quote facts, so only the names are kept. */
function broken(answer: AuthorizationAnswer | null, byId: RulesById): readonly Rule[] {
  if (answer === null || answer.type !== 'success') return []
  const named = answer.response.diagnostics.errors.map(({ policyId }) => byId.get(policyId))
  return inOrder(named.filter((rule) => rule !== undefined))
}

function inOrder(rules: readonly Rule[]): readonly Rule[] {
  return rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function failed(detail: string): Refused {
  return refused('policy-error', detail)
}

function refused(code: Refused['code'], detail: string, rules: readonly Rule[] = []): Refused {
  return { kind: 'refuse', code, rules, detail }
}
