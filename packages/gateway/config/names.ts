import { type NameOf, parseName } from '@sallyport/core/action/ids'
import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { listed, type Read, text } from './fields.ts'
import { nearest } from './nearest.ts'
import type { Source } from './source.ts'

const NAME_HELP = 'lower-case letters, digits and hyphens, at most 63, a letter first'

/** The entries of a list by their ids, none twice. What else an entry says is read later, when all names are known. */
export function declared<K extends keyof NameOf>(kind: K): Read<ReadonlyMap<NameOf[K], Node>> {
  return (node, source) => {
    if (!isSeq(node)) return source.complain(node, 'this is a list', 'write one `- id: …` an entry')
    const entries = new Map<NameOf[K], Node>()
    for (const item of node.items) {
      if (!isMap(item)) {
        source.complain(
          isScalar(item) || isSeq(item) ? item : node,
          'this entry is no mapping',
          'write `- id: …`',
        )
        continue
      }
      const idNode = item.get('id', true)
      if (!isScalar(idNode)) {
        source.complain(item, `a ${kind} without \`id\``, 'add `id: …`')
        continue
      }
      const id = name(kind)(idNode, source)
      if (id === undefined) continue
      if (entries.has(id)) source.complain(idNode, `a second ${kind} \`${id}\``, 'give each its own name')
      else entries.set(id, item)
    }
    return entries
  }
}

function name<K extends keyof NameOf>(kind: K): Read<NameOf[K]> {
  return text((value) => parseName(kind, value), `this is no name of a ${kind}`, NAME_HELP)
}

/** A name that stands somewhere else in the file. */
export function reference<K extends keyof NameOf>(
  kind: K,
  known: ReadonlyMap<NameOf[K], unknown>,
): Read<NameOf[K]> {
  return (node, source) => {
    const found = name(kind)(node, source)
    if (found === undefined || known.has(found)) return found
    const meant = nearest(found, known.keys())
    return source.complain(
      node,
      `no ${kind} is called \`${found}\``,
      meant === undefined
        ? `the file has ${listed([...known.keys()]) || 'none'}`
        : `did you mean \`${meant}\`?`,
    )
  }
}

/** Complains about each entry that stands in itself, over however many steps. */
export function refuseCycles<Id extends string>(
  kind: string,
  parentsOf: ReadonlyMap<Id, readonly Id[]>,
  nodes: ReadonlyMap<Id, Node>,
  source: Source,
): void {
  for (const id of parentsOf.keys()) {
    if (!ancestorsOf(id, parentsOf).includes(id)) continue
    source.complain(
      nodes.get(id) ?? null,
      `the ${kind} \`${id}\` stands in itself`,
      'take one `in` of the ring away',
    )
  }
}

/** Everything that this one stands in, nearest first, each once. */
export function ancestorsOf<Id extends string>(
  id: Id,
  parentsOf: ReadonlyMap<Id, readonly Id[]>,
): readonly Id[] {
  const found = new Set<Id>()
  const queue = [...(parentsOf.get(id) ?? [])]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (found.has(next)) continue
    found.add(next)
    queue.push(...(parentsOf.get(next) ?? []))
  }
  return [...found]
}
