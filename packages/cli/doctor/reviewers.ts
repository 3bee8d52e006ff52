import { type AgentId, type PersonId } from '@sallyport/core/action/ids'
import { canFill, type Sitter } from '@sallyport/core/lifecycle/quorum'
import { humanOf, resolveChain } from '@sallyport/core/people/chain'
import type { Directory } from '@sallyport/core/people/directory'
import { seatsOf } from '@sallyport/core/people/may-decide'
import type { HoldRule, PolicySet } from '@sallyport/core/policy/policy-set'
import type { Target } from '@sallyport/core/policy/verdict'
import { note, ok, type Said, wrong } from './said.ts'

/** For every hold policy, resource and agent: whether enough people are left who may decide. */
export function reviewersFor(
  policy: PolicySet,
  resources: readonly Target[],
  directory: Directory,
): readonly Said[] {
  return policy
    .holds()
    .flatMap((rule) => resources.flatMap((resource) => forRule(rule, resource, policy, directory)))
}

interface Decider extends Sitter {
  readonly person: PersonId
}

function forRule(rule: HoldRule, resource: Target, policy: PolicySet, directory: Directory): readonly Said[] {
  const { groups } = rule.hold
  const wanted = groups.map(({ group, approvals }) => `${approvals} of ${group}`).join(' and ')
  const where = `\`${rule.id}\` on ${resource.id}`
  const deciders = decidersOf(rule, resource, policy, directory)
  const names = deciders.map(({ person }) => directory.people.get(person)?.name ?? person).join(', ')
  if (!canFill(groups, deciders)) {
    return [
      wrong(
        `${where} wants ${wanted}, and ${names === '' ? 'nobody could decide' : `only ${names} could decide`}: all that it holds is refused`,
        'put more people in the group, or give them the right to decide (policies/people)',
      ),
    ]
  }
  const stuck = [...directory.agents.keys()].filter(
    (agent) => !isEnough(without(agent, deciders, directory), groups),
  )
  return [
    ok(`${where} wants ${wanted}: ${names} could decide`),
    ...stuck.map((agent) =>
      wrong(
        `${where} leaves too few for \`${agent}\`, since its owner does not decide: what it asks there is refused`,
        'put somebody outside its chain in the group',
      ),
    ),
  ]
}

function decidersOf(
  { hold }: HoldRule,
  resource: Target,
  policy: PolicySet,
  directory: Directory,
): readonly Decider[] {
  return [...directory.people.values()].flatMap(({ id, groups }) => {
    const seats = seatsOf(groups, hold.groups, directory)
    const may = seats.length > 0 && policy.permits(id, 'decide', resource, directory)
    return may ? [{ person: id, human: humanOf(id, directory), seats }] : []
  })
}

/** Who is left when the chain of this agent is taken out. Nobody is where the chain does not resolve. */
function without(agent: AgentId, deciders: readonly Decider[], directory: Directory): readonly Decider[] {
  const owner = directory.agents.get(agent)?.owner
  if (owner === undefined) return []
  const proof = { kind: 'agent-key', key: 'doctor', madeBy: null } as const
  const chain = resolveChain({ agents: [agent], owner, actsFor: [], proof }, directory)
  return chain.kind === 'unresolved' ? [] : deciders.filter(({ human }) => !chain.humans.has(human))
}

function isEnough(deciders: readonly Decider[], groups: HoldRule['hold']['groups']): boolean {
  return canFill(groups, deciders)
}

/** Agents whose owner is nobody any more are refused by that; people in no group are no fault. */
export function strangers(directory: Directory): readonly Said[] {
  return [...directory.agents.values()]
    .filter(({ owner }) => !directory.people.has(owner))
    .map(({ id, owner }) =>
      note(
        `\`${id}\` is refused: \`${owner}\`, who answers for it, is not in the configuration`,
        'add the person, or revoke the agent',
      ),
    )
}
