import type { PersonId } from '../action/ids.ts'
import type { Directory } from '../people/directory.ts'
import { soundResponse } from './ask.ts'
import type { EntityJson } from './engine.ts'
import { findPrincipal, targetEntities } from './principal.ts'
import { GATEWAY } from './schema.ts'
import type { Evaluate } from './slots.ts'
import type { AdminRight, PeopleRight, Target } from './verdict.ts'
import type { EntityName } from './walk.ts'

const GATEWAY_ENTITY: EntityName = { type: 'Gateway', id: GATEWAY }

/** Whether the `people` set gives this person the right on this resource. Any doubt is a no. */
export function hasRightOn(
  evaluate: Evaluate,
  person: PersonId,
  right: PeopleRight,
  target: Target,
  directory: Directory,
): boolean {
  return unlessDoubtful(() => {
    const above = targetEntities(target)
    const resource = { type: 'Resource', id: target.id }
    return above !== null && allows(evaluate, 'people', person, right, resource, above, directory)
  })
}

/** Whether the `admin` set gives this person the right on the gateway itself. Any doubt is a no. */
export function hasRightHere(
  evaluate: Evaluate,
  person: PersonId,
  right: AdminRight,
  directory: Directory,
): boolean {
  return unlessDoubtful(() => allows(evaluate, 'admin', person, right, GATEWAY_ENTITY, [], directory))
}

function unlessDoubtful(answer: () => boolean): boolean {
  try {
    return answer()
  } catch {
    return false
  }
}

function allows(
  evaluate: Evaluate,
  set: 'people' | 'admin',
  person: PersonId,
  right: PeopleRight | AdminRight,
  resource: EntityName,
  above: readonly EntityJson[],
  directory: Directory,
): boolean {
  const principal = findPrincipal({ type: 'Person', id: person }, directory)
  if (principal === 'unknown' || principal === 'incomplete') return false
  const entities = [...principal.entities, ...above]
  const call = { principal: { type: 'Person', id: person }, action: right, resource, context: {}, entities }
  return soundResponse(evaluate(set, call))?.decision === 'allow'
}
