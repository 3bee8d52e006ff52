import type { AgentId, GroupId, PersonId } from '../action/ids.ts'

/** A person as the configuration names them. Two entries of one human are joined by `sameAs`, in either direction. */
export interface Person {
  readonly id: PersonId
  readonly name: string
  readonly groups: readonly GroupId[]
  readonly sameAs: readonly PersonId[]
}

export interface Agent {
  readonly id: AgentId
  readonly owner: PersonId
  readonly groups: readonly GroupId[]
}

export interface Group {
  readonly id: GroupId
  /** The groups that this one is in: its members are members there too. */
  readonly in: readonly GroupId[]
}

/** Everybody that the gateway knows, at one version. Archived by digest, so that a decision replays against the people of its time. */
export interface Directory {
  readonly people: ReadonlyMap<PersonId, Person>
  readonly agents: ReadonlyMap<AgentId, Agent>
  readonly groups: ReadonlyMap<GroupId, Group>
}
