import type { Effect } from '../action/effect.ts'
import type { Directory } from '../people/directory.ts'
import type { Answer, Ask, Refused } from './ask.ts'
import { type Link, linksOf, ownersKnown } from './principal.ts'
import type { Rule } from './rule.ts'
import { addAll } from './terms.ts'
import type { Question, Verdict, Why } from './verdict.ts'

/** One answer, and to whom and what it belongs. */
export interface Finding {
  readonly link: Link
  readonly effect: Effect
  readonly answer: Answer
}

export interface Judgement {
  readonly verdict: Verdict
  /** Every link × effect, in the order of the chain. Empty where nobody could be asked about. */
  readonly findings: readonly Finding[]
}

/**
 * The strictest answer over every link of the chain and every effect, with what decided. An exception anywhere is a refusal:
 * what reaches policy was built by other code.
 */
export function judge(question: Question, directory: Directory, ask: Ask): Judgement {
  try {
    return judgeEach(question, directory, ask)
  } catch {
    return { verdict: noAnswer, findings: [] }
  }
}

function judgeEach(question: Question, directory: Directory, ask: Ask): Judgement {
  const links = linksOf(question.caller)
  if (links.length === 0) return unresolved('there is nobody in this chain to ask policy about')
  if (!ownersKnown(question.caller, directory)) {
    return unresolved('somebody who answers for this call is not in the directory')
  }
  const findings = links.flatMap((link) =>
    effectsOf(question).map((effect) => ({
      link,
      effect,
      answer: ask({ effect, link, question, directory }),
    })),
  )
  return { verdict: strictest(findings), findings }
}

/** What was not understood is an execution, whatever else was recognised in it. A word that is no effect stays in and fails. */
function effectsOf({ effects, facts }: Question): readonly Effect[] {
  return [...new Set<Effect>(facts.understood ? effects : [...effects, 'execute'])]
}

function strictest(findings: readonly Finding[]): Verdict {
  const [refused] = findings.filter(isRefused).sort((a, b) => rank(b.answer) - rank(a.answer))
  if (refused !== undefined) {
    const { answer, link } = refused
    const code = answer.code
    return { kind: 'refuse', code, why: why(refused, answer.rules, sayRefused(answer, refused.effect, link)) }
  }
  const held = findings.filter(isHeld)
  const terms = addAll(held.map(({ answer }) => answer.terms))
  const [first] = held
  if (first !== undefined && terms !== null) {
    const rules = distinct(held.flatMap(({ answer }) => answer.rules))
    return { kind: 'hold', terms, why: why(first, rules, say(rules, 'holds')) }
  }
  const allowed = findings.filter(isAllowed)
  const [any] = allowed
  // Nothing asked is nothing permitted: an action without an effect has no answers at all.
  if (any === undefined || allowed.length !== findings.length) return noAnswer
  const rules = distinct(allowed.flatMap(({ answer }) => answer.rules))
  return { kind: 'allow', why: why(any, rules, say(rules, 'permits')) }
}

/** Where several refuse, the one that an operator has to look at speaks first. */
function rank({ code }: Refused): number {
  return { 'unresolved-caller': 3, 'policy-error': 2, 'not-understood': 1, 'not-permitted': 0 }[code]
}

const noAnswer: Verdict = {
  kind: 'refuse',
  code: 'policy-error',
  why: { rules: [], link: null, effect: null, because: 'policy gave no answer to this action', controls: [] },
}

function unresolved(because: string): Judgement {
  const why = { rules: [], link: null, effect: null, because, controls: [] }
  return { verdict: { kind: 'refuse', code: 'unresolved-caller', why }, findings: [] }
}

function why({ link, effect }: Finding, rules: readonly Rule[], because: string): Why {
  const controls = [...new Set(rules.flatMap((rule) => rule.controls))]
  return { rules: rules.map((rule) => rule.id), link: link.id, effect, because, controls }
}

function sayRefused({ code, rules, detail }: Refused, effect: Effect, link: Link): string {
  const [first] = rules
  switch (code) {
    case 'not-permitted':
      return first === undefined ? `no policy permits \`${effect}\` to \`${link.id}\`` : say(rules, 'forbids')
    case 'not-understood':
      return `the fact \`${detail}\` is unknown and policy \`${first?.id ?? ''}\` reads it`
    default:
      return detail
  }
}

/** A leaf has a bounded size, and a card a bounded patience. */
const SENTENCES_MAX = 3

/** The policies' own sentences; where there is none, which policy it was. */
export function say(rules: readonly Rule[], verb: string): string {
  const sentences = [...new Set(rules.map(({ id, because }) => because ?? `policy \`${id}\` ${verb} it`))]
  const more = sentences.length - SENTENCES_MAX
  return [...sentences.slice(0, SENTENCES_MAX), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

function distinct(rules: readonly Rule[]): readonly Rule[] {
  return [...new Map(rules.map((rule) => [rule.id, rule])).values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function isRefused(finding: Finding): finding is Finding & { readonly answer: Refused } {
  return finding.answer.kind === 'refuse'
}

function isHeld(
  finding: Finding,
): finding is Finding & { readonly answer: Extract<Answer, { kind: 'hold' }> } {
  return finding.answer.kind === 'hold'
}

function isAllowed(
  finding: Finding,
): finding is Finding & { readonly answer: Extract<Answer, { kind: 'allow' }> } {
  return finding.answer.kind === 'allow'
}
