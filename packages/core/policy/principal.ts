import type { AgentId, EnvironmentId, GroupId, PersonId } from '../action/ids.ts'
import type { Caller } from '../people/caller.ts'
import type { Directory } from '../people/directory.ts'
import type { EntityJson } from './engine.ts'
import type { Target } from './verdict.ts'
import type { EntityName } from './walk.ts'

/** One link of the chain, as a principal. */
export type Link =
  | { readonly type: 'Agent'; readonly id: AgentId }
  | { readonly type: 'Person'; readonly id: PersonId }

/** A principal with everything above it. */
export interface Principal {
  readonly link: Link
  readonly groups: ReadonlySet<GroupId>
  readonly entities: readonly EntityJson[]
}

/** The agents of the chain and the people acted for. The owner answers for them and is no principal. */
export function linksOf(caller: Caller): readonly Link[] {
  return [
    ...caller.agents.map((id): Link => ({ type: 'Agent', id })),
    ...caller.actsFor.map((id): Link => ({ type: 'Person', id })),
  ]
}

/** Whether the directory knows everybody who answers for this call, the owners of its agents included. */
export function ownersKnown(caller: Caller, directory: Directory): boolean {
  const owners = [caller.owner, ...caller.agents.map((id) => directory.agents.get(id)?.owner)]
  return owners.every((owner) => owner !== undefined && directory.people.has(owner))
}

export type Found = Principal | 'unknown' | 'incomplete'

/**
 * The principal with all its groups, groups in groups included. `incomplete` where one of them is not in the directory: with
 * an ancestor left out, `forbid (principal in Group::"contractors", …)` would not fire.
 */
export function findPrincipal(link: Link, directory: Directory): Found {
  const entry = link.type === 'Agent' ? directory.agents.get(link.id) : directory.people.get(link.id)
  if (entry === undefined) return 'unknown'
  const entities = new Map<GroupId, EntityJson>()
  const queue = [...entry.groups]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (entities.has(id)) continue
    const group = directory.groups.get(id)
    if (group === undefined) return 'incomplete'
    entities.set(id, entity({ type: 'Group', id }, group.in.map(groupName)))
    queue.push(...group.in)
  }
  const self = entity(link, entry.groups.map(groupName))
  return { link, groups: new Set(entities.keys()), entities: [self, ...entities.values()] }
}

/** The resource under its environments, or null where they cannot be a chain. */
export function targetEntities(target: Target): readonly EntityJson[] | null {
  const { id, kind, region, environments } = target
  if (environments.length === 0 || new Set(environments).size !== environments.length) return null
  const above = environments.map((environment, index) =>
    entity(environmentName(environment), environments.slice(index + 1, index + 2).map(environmentName)),
  )
  const resource = entity({ type: 'Resource', id }, [environmentName(environments[0])])
  return [{ ...resource, attrs: { kind: kind.toWellFormed(), region: region.toWellFormed() } }, ...above]
}

function entity(uid: EntityName, parents: readonly EntityName[]): EntityJson {
  return {
    uid: { type: uid.type, id: uid.id },
    attrs: {},
    parents: parents.map(({ type, id }) => ({ type, id })),
  }
}

function groupName(id: GroupId): EntityName {
  return { type: 'Group', id }
}

function environmentName(id: EnvironmentId): EntityName {
  return { type: 'Environment', id }
}
