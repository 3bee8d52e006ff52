import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { Problem } from '@sallyport/core/policy/rule'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { checkPolicies } from '@sallyport/gateway/policy/in-force'
import { Trouble } from '../line/trouble.ts'

/** The policies of the folder, loaded as the gateway would and put in force nowhere. */
export async function loadedPolicies(configuration: Configuration): Promise<PolicySet> {
  const loaded = await checkPolicies(configuration)
  if (loaded.kind === 'loaded') return loaded.policy
  throw policyTrouble(loaded.problems)
}

export function policyTrouble(problems: readonly Problem[]): Trouble {
  return new Trouble('the policies do not load', problems.map(spelledProblem).join('\n'))
}

/** As compilers spell it, so that an editor jumps there. */
export function spelledProblem({ file, line, policy, message, help }: Problem): string {
  return `${file}:${line}: ${policy === null ? '' : `\`${policy}\`: `}${message}\n  ${help}`
}
