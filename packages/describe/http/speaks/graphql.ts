import type { Effect } from '@sallyport/core/action/effect'
import type { NonEmpty } from '@sallyport/core/given'
import { percentDecoded } from '@sallyport/core/redact/percent'
import { strictJson } from '../../json/strict.ts'
import { KeyPaths } from '../body/key-paths.ts'
import { isNameLike, VALUE } from '../name-like.ts'
import { batchOf, type Carried, type CarriedOperation, membersOf } from './carried.ts'
import { type GraphqlOperation, type GraphqlText, readDocument, requestBudget } from './graphql-document.ts'
import { isRecord } from './record.ts'
import type { Spoken } from './spoken.ts'

const encoder = new TextEncoder()

/** GraphQL over HTTP, 5: all that a request has. */
const MEMBERS = ['query', 'operationName', 'variables', 'extensions'] as const
/** What a client says of itself. Any other may choose what is run: `persistedQuery` has the text that belongs to a hash. */
const EXTENSIONS = ['clientLibrary'] as const
/**
 * Where a query string has one of these, some servers take it from there, whatever the body says. PHP leaves out the blanks before a
 * key and ends it at NUL and brackets.
 */
const TAKEN_FROM_QUERY =
  /^[^a-z0-9]*(?:query|operation_?name|variables|extensions|id|doc_?id|document_?id|persisted_?query)(?:[^a-z0-9_]|$)/

const EFFECTS: Readonly<Record<GraphqlOperation['type'], NonEmpty<Effect>>> = {
  query: ['read'],
  mutation: ['write'],
  // What goes on to run after its answer has begun.
  subscription: ['read', 'execute'],
}

/** The operations of a GraphQL request, or null where it is not understood. */
export function readGraphql(spoken: Spoken): Carried | null {
  const requests = requestsOf(spoken)
  if (requests === null) return null
  const keys = new KeyPaths(isNameLike)
  const budget = requestBudget()
  const operations: CarriedOperation[] = []
  let runs = 0
  let renames = false
  const secrets = new Set<string>()
  for (const request of requests) {
    const text = textOf(request)
    const operation = text === null ? null : readDocument(text, keys, budget)
    if (operation === null) return null
    operations.push(...carriedOf(operation))
    for (const name of operation.secretVariables) secrets.add(name)
    runs += operation.runs
    renames ||= operation.renames
  }
  const [first, ...others] = operations
  return first === undefined ? null : { operations: [first, ...others], runs, renames, keys, secrets }
}

function requestsOf({ method, query, type, text, json }: Spoken): readonly unknown[] | null {
  if (method === 'GET') return requestInQuery(query)
  if (keysOf(query).some(isTaken)) return null
  if (type === 'application/graphql') return text === null ? null : [{ query: text }]
  return json === null ? null : batchOf(json.value)
}

function requestInQuery(query: string): readonly unknown[] | null {
  if (query.includes(';') || new Set(keysOf(query)).size !== keysOf(query).length) return null
  const members = new Map<string, unknown>()
  for (const pair of query.split('&')) {
    const [key = '', ...value] = pair.split('=')
    const name = decoded(key)
    const text = decoded(value.join('='))
    if (!isTaken(name)) continue
    if (name === 'variables' || name === 'extensions') {
      const parsed = jsonIn(text)
      if (parsed === undefined) return null
      members.set(name, parsed)
    } else members.set(name, text)
  }
  return [Object.fromEntries(members)]
}

function isTaken(key: string): boolean {
  return TAKEN_FROM_QUERY.test(key.normalize('NFKC').toLowerCase())
}

function keysOf(query: string): readonly string[] {
  return query.split(/[&;]/).map((pair) => decoded(pair.split('=', 1)[0] ?? ''))
}

function jsonIn(text: string): unknown {
  return strictJson(encoder.encode(text))?.value
}

function decoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '))
}

function textOf(request: unknown): GraphqlText | null {
  const {
    query,
    operationName = null,
    variables = null,
    extensions = null,
  } = membersOf(request, MEMBERS) ?? {}
  // A persisted query has its text elsewhere: whoever stored it knows it, and not we.
  if (typeof query !== 'string' || query.trim() === '') return null
  if (operationName !== null && (typeof operationName !== 'string' || operationName === '')) return null
  if (variables !== null && !isRecord(variables)) return null
  if (extensions !== null && membersOf(extensions, EXTENSIONS) === null) return null
  return { query, operationName, variables: variables ?? {} }
}

/** Each root field is an operation of its own: what the operator says of one holds beside others too. */
function carriedOf({ type, rootFields }: GraphqlOperation): readonly CarriedOperation[] {
  return rootFields.map((field) => {
    const nameKnown = isNameLike(field)
    return {
      name: `${type} ${nameKnown ? field : VALUE}`,
      nameKnown,
      effects: EFFECTS[type],
      deferred: type === 'subscription',
      datasets: nameKnown ? [field] : null,
    }
  })
}
