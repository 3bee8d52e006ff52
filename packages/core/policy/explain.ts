import { unreachable } from '../given.ts'
import type { Answer } from './ask.ts'
import { type Finding, type Judgement, say } from './judge.ts'
import type { Rule } from './rule.ts'
import type { Terms, Verdict } from './verdict.ts'

/** A judgement in plain sentences: the verdict first, then what policy said to each link about each effect. */
export function explain({ verdict, findings }: Judgement): readonly string[] {
  return [head(verdict), ...findings.map(sentence)]
}

function head(verdict: Verdict): string {
  const { because, link, effect } = verdict.why
  const whose = link === null || effect === null ? '' : ` Decided by \`${effect}\` for \`${link}\`.`
  switch (verdict.kind) {
    case 'allow':
      return `Allowed: ${because}.${whose}`
    case 'hold':
      return `Held for ${seats(verdict.terms)}, at most ${verdict.terms.withinMs / 60_000} minutes: ${because}.${whose}`
    case 'refuse':
      return `Refused (${verdict.code}): ${because}.${whose}`
    default:
      return unreachable(verdict)
  }
}

function sentence({ link, effect, answer }: Finding): string {
  return `${link.type} \`${link.id}\`, effect \`${effect}\`: ${spell(answer)}.`
}

function spell(answer: Answer): string {
  switch (answer.kind) {
    case 'allow':
      return `allowed by ${where(answer.rules)}, because ${say(answer.rules, 'permits')}`
    case 'hold':
      return `held for ${seats(answer.terms)} by ${where(answer.rules)}, because ${say(answer.rules, 'holds')}`
    case 'refuse':
      if (answer.code === 'not-permitted' && answer.rules.length > 0) {
        return `refused by ${where(answer.rules)}, because ${say(answer.rules, 'forbids')}`
      }
      if (answer.code === 'not-understood') {
        return `refused, because \`${answer.detail}\` is unknown and read by ${where(answer.rules)}`
      }
      return `refused (${answer.code}), because ${answer.detail}`
    default:
      return unreachable(answer)
  }
}

function where(rules: readonly Rule[]): string {
  return rules.map(({ id, file, line }) => `\`${id}\` (${file}:${line})`).join(', ')
}

function seats({ groups, reasonRequired }: Terms): string {
  const each = groups.map(({ group, approvals }) => `${approvals} of \`${group}\``).join(' and ')
  return reasonRequired ? `${each}, with a reason` : each
}
