import type { AgentId, GroupId, PersonId } from '@sallyport/core/action/ids'
import type { Agent, Directory, Group } from '@sallyport/core/people/directory'
import type { AgentRow } from '../store/store.ts'
import type { Configuration } from './configuration.ts'

/**
 * Everybody known: people and groups of the file, agents of the store. An agent whose owner has left the file stays, with
 * that owner: its chain is then unresolved and it is refused by that name. A revoked agent is nobody, and so is one that
 * has the name of a person.
 */
export function directoryOf(
  { people, groups }: Pick<Configuration, 'people' | 'groups'>,
  rows: readonly AgentRow[],
): Directory {
  const agents = new Map<AgentId, Agent>()
  const allGroups = new Map<GroupId, Group>(groups)
  for (const { id, owner, groups: memberOf, revoked } of rows) {
    if (revoked || people.has(id as string as PersonId)) continue
    agents.set(id, { id, owner, groups: memberOf })
    // A group that left the file: a policy that forbids something to its members still finds them.
    for (const group of memberOf) if (!allGroups.has(group)) allGroups.set(group, { id: group, in: [] })
  }
  return { people, agents, groups: allGroups }
}
