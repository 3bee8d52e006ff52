import type { Digest } from '../action/ids.ts'
import type { Sha256 } from '../given.ts'
import type { Directory } from '../people/directory.ts'
import { archiveDigest, archiveOf, type PolicyArchive } from './archive.ts'
import { askOf } from './ask.ts'
import { cached } from './cache.ts'
import type { PolicySources } from './compile.ts'
import type { CedarEngine } from './engine.ts'
import { type Judgement, judge } from './judge.ts'
import { plansOf } from './plan.ts'
import { type Rights, rightsOf } from './rights.ts'
import type { Rule } from './rule.ts'
import { occupy, type Purpose } from './slots.ts'
import type { Question, Verdict } from './verdict.ts'

/** One version of the policy, ready to be asked. It gives answers and never changes. */
export interface PolicySet extends Rights {
  readonly digest: Digest
  readonly archive: PolicyArchive
  readonly rules: readonly Rule[]
  decide(question: Question, directory: Directory): Verdict
  /** The verdict with every answer that it was made of. Asked afresh, past the cache: it is for explaining. */
  judge(question: Question, directory: Directory): Judgement
  /** The policies that hold, for whoever checks that somebody can decide. */
  holds(): readonly HoldRule[]
}

export type HoldRule = Rule & { readonly hold: NonNullable<Rule['hold']> }

/** Prepares rules that were already checked. Throws where the engine does not take them. */
export function policySetOf(
  rules: readonly Rule[],
  sources: PolicySources,
  { cedar, sha256 }: { readonly cedar: CedarEngine; readonly sha256: Sha256 },
  purpose: Purpose,
): PolicySet {
  const archive = archiveOf(sources, cedar)
  const evaluate = occupy(rules, cedar, purpose)
  const ask = askOf(rules, evaluate)
  const askCached = cached(ask, plansOf(rules))
  return {
    digest: archiveDigest(archive, sha256),
    archive,
    rules,
    decide: (question, directory) => judge(question, directory, askCached).verdict,
    judge: (question, directory) => judge(question, directory, ask),
    ...rightsOf(rules, evaluate),
    holds: () => rules.filter((rule): rule is HoldRule => rule.hold !== null),
  }
}
