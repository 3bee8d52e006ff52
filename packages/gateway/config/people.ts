import type { GroupId, PersonId } from '@sallyport/core/action/ids'
import type { Group, Person } from '@sallyport/core/people/directory'
import type { Node } from 'yaml'
import { fieldsOf, list, oneOrMore, type Read, text } from './fields.ts'
import { declared, reference, refuseCycles } from './names.ts'
import type { Source } from './source.ts'

const NAME_MAX_CHARS = 100
/** Control, format and unassigned characters: a name on a card must not turn its direction or hide a part. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u

/** How the record names whoever holds the operator's token: nobody else may be called so. */
const OPERATOR = 'operator'

export function readGroups(node: Node, source: Source): ReadonlyMap<GroupId, Group> | undefined {
  const nodes = declared('group')(node, source)
  if (nodes === undefined) return undefined
  const groups = new Map<GroupId, Group>()
  for (const [id, entry] of nodes) {
    const fields = fieldsOf('a group', ['id', 'in'], entry, source)
    groups.set(id, { id, in: fields?.optional('in', [], oneOrMore(reference('group', nodes))) ?? [] })
  }
  refuseCycles('group', new Map([...groups].map(([id, group]) => [id, group.in])), nodes, source)
  return groups
}

export function readPeople(groups: ReadonlyMap<GroupId, Group>): Read<ReadonlyMap<PersonId, Person>> {
  return (node, source) => {
    const nodes = declared('person')(node, source)
    if (nodes === undefined) return undefined
    const people = new Map<PersonId, Person>()
    for (const [id, entry] of nodes) {
      const fields = fieldsOf('a person', ['id', 'name', 'groups', 'sameAs'], entry, source)
      const name = fields?.required('name', personName)
      if (fields === undefined || name === undefined) continue
      if (id === OPERATOR) {
        source.complain(
          entry,
          `\`${OPERATOR}\` is who holds the operator's token`,
          'give this person another id',
        )
        continue
      }
      people.set(id, {
        id,
        name,
        groups: fields.optional('groups', [], list(reference('group', groups))),
        sameAs: fields.optional('sameAs', [], oneOrMore(anotherPerson(id, nodes))),
      })
    }
    return people
  }
}

const personName: Read<string> = text(
  (name) =>
    name.trim() === name && name !== '' && name.length <= NAME_MAX_CHARS && !HIDDEN.test(name)
      ? name
      : undefined,
  'this is no name to be shown',
  `at most ${NAME_MAX_CHARS} visible characters, on one line`,
)

function anotherPerson(id: PersonId, nodes: ReadonlyMap<PersonId, Node>): Read<PersonId> {
  return (node, source) => {
    const other = reference('person', nodes)(node, source)
    if (other !== id) return other
    return source.complain(node, `\`${id}\` is the same as itself`, 'name the other entry of this human')
  }
}
