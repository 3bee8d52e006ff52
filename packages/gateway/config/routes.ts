import { EFFECTS, type Effect } from '@sallyport/core/action/effect'
import type { NonEmpty } from '@sallyport/core/given'
import { ambiguousRoutes } from '@sallyport/describe/http/route'
import type { Node } from 'yaml'
import { readCap, readFieldLabels, readLabel } from './cap.ts'
import type { Route } from './configuration.ts'
import { fieldsOf, list, oneOf, type Read, text } from './fields.ts'
import type { Source } from './source.ts'

/** A segment is a word or one `{parameter}`; what a browser or a server would resolve or decode does not stand in a template. */
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+|\{[A-Za-z_][A-Za-z0-9_]*\})$/
const METHOD = /^[A-Z]{1,20}$/
const DATASET = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/

export const readRoutes: Read<readonly Route[]> = (node, source) => {
  const seen = new Set<string>()
  const routes = list(readRoute(seen))(node, source) ?? []
  for (const [one, other] of ambiguousRoutes(routes)) {
    const both = `\`${one.method} ${one.path}\` and \`${other.path}\``
    source.complain(
      node,
      `${both} match the same requests, and neither is the closer one`,
      'add a third route for what both match, or change one',
    )
  }
  return routes
}

function readRoute(seen: Set<string>): Read<Route> {
  return (node, source) => {
    const fields = fieldsOf(
      'a route',
      ['route', 'effects', 'datasets', 'labels', 'cap', 'fields'],
      node,
      source,
    )
    const operation = fields?.required('route', readOperation)
    if (fields === undefined || operation === undefined) return undefined
    refuseSecond(operation, seen, node, source)
    return {
      ...operation,
      effects: fields.optional<NonEmpty<Effect> | null>('effects', null, readEffects),
      datasets: fields.optional('datasets', [], list(readDataset)),
      labels: fields.optional('labels', [], list(readLabel)),
      cap: fields.optional('cap', null, readCap),
      fields: fields.optional('fields', {}, readFieldLabels),
    }
  }
}

type Operation = Pick<Route, 'method' | 'path'>

const readOperation: Read<Operation> = text(
  (value) => {
    const [method = '', path = '', ...rest] = value.split(' ')
    const segments = path.slice(1).split('/')
    const plain = segments.every((one) => SEGMENT.test(one) && one !== '.' && one !== '..')
    const fine = METHOD.test(method) && path.startsWith('/') && rest.length === 0 && (plain || path === '/')
    return fine ? { method, path } : undefined
  },
  'this is no route',
  'write method and path template, `GET /exports/{name}`',
)

/** Two routes that match the same requests could say different things of them. */
function refuseSecond({ method, path }: Operation, seen: Set<string>, node: Node, source: Source): void {
  const same = `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`
  if (seen.has(same)) source.complain(node, `a second route \`${method} ${path}\``, 'say all of it in one')
  seen.add(same)
}

const readEffects: Read<NonEmpty<Effect>> = (node, source) => {
  const effects = list(oneOf(EFFECTS))(node, source)
  if (effects === undefined) return undefined
  const [first, ...others] = EFFECTS.filter((effect) => effects.includes(effect))
  if (first !== undefined) return [first, ...others]
  return source.complain(node, 'a route without an effect', 'name at least one, or take the line away')
}

const readDataset: Read<string> = text(
  (value) => (DATASET.test(value) ? value : undefined),
  'this is no name of a dataset',
  'letters, digits and `._:/-`, at most 128',
)
