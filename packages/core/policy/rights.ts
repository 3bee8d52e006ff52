import type { PersonId } from '../action/ids.ts'
import type { Directory } from '../people/directory.ts'
import { interpret, rulesOf } from './ask.ts'
import type { EntityJson } from './engine.ts'
import { findPrincipal, targetEntities } from './principal.ts'
import type { Rule } from './rule.ts'
import { GATEWAY } from './schema.ts'
import type { Evaluate } from './slots.ts'
import type { AdminRight, PeopleRight, Target } from './verdict.ts'
import type { EntityName } from './walk.ts'

const GATEWAY_ENTITY: EntityName = { type: 'Gateway', id: GATEWAY }

/** The rights of people, from the two sets that only speak of people. */
export interface Rights {
  readonly permits: (person: PersonId, right: PeopleRight, target: Target, directory: Directory) => boolean
  readonly administers: (person: PersonId, right: AdminRight, directory: Directory) => boolean
}

/** Any doubt is a no. */
export function rightsOf(rules: readonly Rule[], evaluate: Evaluate): Rights {
  const byId = { people: rulesOf('people', rules), admin: rulesOf('admin', rules) }
  const allows = (
    set: 'people' | 'admin',
    id: PersonId,
    action: PeopleRight | AdminRight,
    resource: EntityName,
    above: readonly EntityJson[] | null,
    directory: Directory,
  ): boolean => {
    const principal = findPrincipal({ type: 'Person', id }, directory)
    if (principal === 'unknown' || principal === 'incomplete' || above === null) return false
    const entities = [...principal.entities, ...above]
    const call = { principal: { type: 'Person', id }, action, resource, context: {}, entities }
    return interpret(evaluate(set, call), byId[set]).kind === 'allow'
  }
  return {
    permits: (person, right, target, directory) =>
      unlessDoubtful(() => {
        const resource = { type: 'Resource', id: target.id }
        return allows('people', person, right, resource, targetEntities(target), directory)
      }),
    administers: (person, right, directory) =>
      unlessDoubtful(() => allows('admin', person, right, GATEWAY_ENTITY, [], directory)),
  }
}

function unlessDoubtful(answer: () => boolean): boolean {
  try {
    return answer()
  } catch {
    return false
  }
}
