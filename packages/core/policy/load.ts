import type { EnvironmentId, GroupId, ResourceId } from '../action/ids.ts'
import type { Sha256 } from '../given.ts'
import { compile, type PolicySources } from './compile.ts'
import type { CedarEngine } from './engine.ts'
import { type PolicySet, policySetOf } from './policy-set.ts'
import type { Problem, Rule } from './rule.ts'
import { GATEWAY } from './schema.ts'

/** What the loader is given besides the files: the engines, and the names that exist. */
export interface Given {
  readonly cedar: CedarEngine
  readonly sha256: Sha256
  readonly groups: ReadonlySet<GroupId>
  readonly environments: ReadonlySet<EnvironmentId>
  readonly resources: ReadonlySet<ResourceId>
}

export type Loaded =
  | { readonly kind: 'loaded'; readonly policy: PolicySet }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

/**
 * Checks the three sets and makes them ready. Nothing that is serving is touched where anything is wrong. It takes tens of
 * milliseconds and does not yield: not for the path of an action.
 */
export function loadPolicies(sources: PolicySources, given: Given): Loaded {
  const compiled = compile(sources, given.cedar)
  if (compiled.kind === 'rejected') return compiled
  const problems = compiled.rules.flatMap((rule) => strangers(rule, given))
  if (problems.length > 0) return { kind: 'rejected', problems }
  try {
    return { kind: 'loaded', policy: policySetOf(compiled.rules, sources, given, 'serving') }
  } catch {
    const message = 'the policy engine does not take this set, though each of its policies is sound'
    return {
      kind: 'rejected',
      problems: [{ file: '', line: 1, policy: null, message, help: 'make it smaller' }],
    }
  }
}

/**
 * To Cedar `Group::"reveiwers"` is an empty group and `Environment::"pord"` an empty place: a forbid about them is silent for
 * ever. People and agents come and go without a new policy, so their names are not checked.
 */
function strangers(rule: Rule, { groups, environments, resources }: Given): readonly Problem[] {
  const known = new Map<string, ReadonlySet<string>>([
    ['Group', groups],
    ['Environment', new Set<string>([...environments, GATEWAY])],
    ['Resource', new Set<string>([...resources, GATEWAY])],
  ])
  const held = (rule.hold?.groups ?? []).map(({ group }) => ({ type: 'Group', id: group }))
  const missing = [...held, ...rule.reads.named].filter(({ type, id }) => known.get(type)?.has(id) === false)
  const names = new Map(missing.map(({ type, id }) => [`${type}::"${id}"`, type.toLowerCase()]))
  return [...names].map(([name, word]) => ({
    file: rule.file,
    line: rule.line,
    policy: rule.id,
    message: `there is no \`${name}\``,
    help: `correct the name, or configure the ${word} first`,
  }))
}
