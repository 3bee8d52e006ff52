import { EFFECTS, type Effect } from '@sallyport/core/action/effect'
import type { NonEmpty } from '@sallyport/core/given'
import type { HttpOperation, HttpRoute, Speaks } from '@sallyport/describe/http/route'
import { isMap, isScalar, type Node } from 'yaml'
import { readLabel } from './cap.ts'
import { type Fields, fieldsOf, isNode, list, listed, oneOf, type Read, text } from './fields.ts'
import type { Source } from './source.ts'

const DATASET = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
/** What each language calls an operation. */
const NAMES: Readonly<Record<Speaks['language'], RegExp>> = {
  graphql: /^(?:query|mutation|subscription) [A-Za-z_][A-Za-z0-9_]{0,127}$/,
  'json-rpc': /^[!-~]{1,128}$/,
}

export const MEANING_KEYS = ['effects', 'datasets', 'labels'] as const

/** What the operator says of an operation, wherever it is named. */
export function readMeaning(fields: Fields<(typeof MEANING_KEYS)[number]>): HttpOperation {
  return {
    effects: fields.optional<NonEmpty<Effect> | null>('effects', null, readEffects),
    datasets: fields.optional('datasets', [], list(readDataset)),
    labels: fields.optional('labels', [], list(readLabel)),
  }
}

/** Operations by name, each with where it stands. */
export type Operations = ReadonlyMap<string, { readonly at: Node; readonly meaning: HttpOperation }>

export const readOperations: Read<Operations> = (node, source) => {
  if (!isMap(node))
    return source.complain(
      node,
      '`operations` is a mapping',
      'write `mutation deleteCustomer: { effects: [delete] }`',
    )
  const operations = new Map<string, { at: Node; meaning: HttpOperation }>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : ''
    const at = isNode(key) ? key : node
    const fields = fieldsOf('an operation', MEANING_KEYS, isNode(value) ? value : at, source)
    if (fields !== undefined) operations.set(name, { at, meaning: readMeaning(fields) })
  }
  return operations
}

/**
 * The routes, each that speaks a language with what is known of its operations: its own word wins over the resource's. A name
 * that no route could ever carry would be a rule that does not hold.
 */
export function withOperations(
  routes: readonly HttpRoute[],
  operations: Operations,
  source: Source,
): readonly HttpRoute[] {
  const languages = new Set(routes.flatMap(({ speaks }) => (speaks === null ? [] : [speaks.language])))
  for (const [name, { at }] of operations)
    if (![...languages].some((language) => NAMES[language].test(name))) complainOfName(at, languages, source)
  return routes.map((route) => {
    const { speaks } = route
    if (speaks === null) return route
    const common = [...operations].filter(([name]) => NAMES[speaks.language].test(name))
    return { ...route, speaks: { ...speaks, operations: { ...spelled(common), ...speaks.operations } } }
  })
}

/** The operations of one route. */
export function ownOperations(
  language: Speaks['language'],
  operations: Operations,
  source: Source,
): Speaks['operations'] {
  for (const [name, { at }] of operations)
    if (!NAMES[language].test(name)) complainOfName(at, new Set([language]), source)
  return spelled([...operations])
}

function spelled(
  operations: readonly (readonly [string, { readonly meaning: HttpOperation }])[],
): Readonly<Record<string, HttpOperation>> {
  return Object.fromEntries(operations.map(([name, { meaning }]) => [name, meaning]))
}

function complainOfName(at: Node, languages: ReadonlySet<string>, source: Source): void {
  if (languages.size === 0)
    source.complain(
      at,
      'an operation that no route carries',
      'add `speaks: graphql` or `speaks: json-rpc` to a route',
    )
  else
    source.complain(
      at,
      `this is no operation of ${listed([...languages])}`,
      'write `query customers`, `mutation deleteCustomer`, or the method of JSON-RPC',
    )
}

export const readEffects: Read<NonEmpty<Effect>> = (node, source) => {
  const effects = list(oneOf(EFFECTS))(node, source)
  if (effects === undefined) return undefined
  const [first, ...others] = EFFECTS.filter((effect) => effects.includes(effect))
  if (first !== undefined) return [first, ...others]
  return source.complain(node, 'an operation without an effect', 'name at least one, or take the line away')
}

export const readDataset: Read<string> = text(
  (value) => (DATASET.test(value) ? value : undefined),
  'this is no name of a dataset',
  'letters, digits and `._:/-`, at most 128',
)
