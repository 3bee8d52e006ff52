import type { Capped } from '@sallyport/describe/http/cap'
import { ambiguousRoutes, type HttpRoute, type Speaks } from '@sallyport/describe/http/route'
import type { Node } from 'yaml'
import { readCap, readFieldLabels } from './cap.ts'
import { type Fields, fieldsOf, list, oneOf, type Read, text } from './fields.ts'
import { MEANING_KEYS, type Operations, ownOperations, readMeaning, readOperations } from './operations.ts'
import type { Source } from './source.ts'

/** A segment is a word or one `{parameter}`; what a browser or a server would resolve or decode does not stand in a template. */
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]+|\{[A-Za-z_][A-Za-z0-9_]*\})$/
const METHOD = /^[A-Z]{1,20}$/
const OPERATION = /^[A-Za-z][!-~]{0,127}$/
const KEYS = ['route', 'operation', ...MEANING_KEYS, 'speaks', 'operations', 'cap', 'fields'] as const

export const readRoutes: Read<readonly HttpRoute[]> = (node, source) =>
  list(readRoute(new Set<string>()))(node, source)

/**
 * The routes that the operator wrote and those of an OpenAPI document. Of one that stands in both, what the operator says
 * wins; what they say nothing of, the document says.
 */
export function mergedRoutes(
  own: readonly HttpRoute[],
  documented: readonly HttpRoute[],
  at: Node,
  source: Source,
): readonly HttpRoute[] {
  const byPlace = new Map(documented.map((route) => [spelledPlace(route), route]))
  const written = new Set(own.map(spelledPlace))
  const routes = [
    ...own.map((route) => completed(route, byPlace.get(spelledPlace(route)))),
    ...documented.filter((route) => !written.has(spelledPlace(route))),
  ]
  for (const [one, other] of ambiguousRoutes(routes)) {
    const both = `\`${one.method} ${one.path}\` and \`${other.path}\``
    source.complain(
      at,
      `${both} match the same requests, and neither is the closer one`,
      'add a third route for what both match, or change one',
    )
  }
  return routes
}

function completed(own: HttpRoute, documented: HttpRoute | undefined): HttpRoute {
  if (documented === undefined) return own
  return {
    ...own,
    // A route whose body carries the operation has no word of its own.
    operation: own.speaks === null ? (own.operation ?? documented.operation) : null,
    effects: own.effects ?? documented.effects,
    datasets: own.datasets.length > 0 ? own.datasets : documented.datasets,
    labels: own.labels.length > 0 ? own.labels : documented.labels,
  }
}

function readRoute(seen: Set<string>): Read<HttpRoute> {
  return (node, source) => {
    const fields = fieldsOf('a route', KEYS, node, source)
    const place = fields?.required('route', readPlace)
    if (fields === undefined || place === undefined) return undefined
    refuseSecond(place, seen, node, source)
    const operation = fields.optional<string | null>('operation', null, readOperation)
    const speaks = readSpeaks(fields, source)
    if (speaks !== null && operation !== null)
      source.complain(
        node,
        'a route with `operation` and `speaks`',
        'its body says the operation: take `operation` away',
      )
    return { ...place, operation, ...readMeaning(fields), speaks, ...readCapped(fields) }
  }
}

function readCapped(fields: Fields<(typeof KEYS)[number]>): Required<Capped> {
  return {
    cap: fields.optional('cap', null, readCap),
    fields: fields.optional('fields', {}, readFieldLabels),
  }
}

function readSpeaks(fields: Fields<(typeof KEYS)[number]>, source: Source): Speaks | null {
  const language = fields.optional<Speaks['language'] | null>('speaks', null, oneOf(['graphql', 'json-rpc']))
  const operations = fields.optional<Operations | null>('operations', null, readOperations)
  if (language !== null)
    return { language, operations: ownOperations(language, operations ?? new Map(), source) }
  if (operations !== null)
    source.complain(
      fields.node,
      'a route with `operations` that speaks no language',
      'add `speaks: graphql` or `speaks: json-rpc`',
    )
  return null
}

type Place = Pick<HttpRoute, 'method' | 'path'>

const readPlace: Read<Place> = text(
  (value) => {
    const [method = '', path = '', ...rest] = value.split(' ')
    const fine = METHOD.test(method) && isTemplate(path) && rest.length === 0
    return fine ? { method, path } : undefined
  },
  'this is no route',
  'write method and path template, `GET /exports/{name}`',
)

export function isTemplate(path: string): boolean {
  const plain = path
    .slice(1)
    .split('/')
    .every((one) => SEGMENT.test(one) && one !== '.' && one !== '..')
  return path.startsWith('/') && (plain || path === '/')
}

export const readOperation: Read<string> = text(
  (value) => (OPERATION.test(value) ? value : undefined),
  'this is no name of an operation',
  'a letter, and then what is neither a blank nor beyond ASCII, at most 128',
)

/** Two routes that match the same requests could say different things of them. */
function refuseSecond(place: Place, seen: Set<string>, node: Node, source: Source): void {
  const { method, path } = place
  if (seen.has(spelledPlace(place)))
    source.complain(node, `a second route \`${method} ${path}\``, 'say all of it in one')
  seen.add(spelledPlace(place))
}

/** The same for whatever the parameters are called. */
function spelledPlace({ method, path }: Place): string {
  return `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`
}
