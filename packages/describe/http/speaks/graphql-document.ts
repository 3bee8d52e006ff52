import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql/language/ast'
import { parse } from 'graphql/language/parser'
import type { KeyPaths } from '../body/key-paths.ts'
import { isRecord } from './record.ts'

/** The operation of a document that would be run. */
export interface GraphqlOperation {
  readonly type: 'query' | 'mutation' | 'subscription'
  /** Real names and no aliases, as far as fragments reach; sorted, without repetition. */
  readonly rootFields: readonly string[]
}

export interface GraphqlText {
  readonly query: string
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
}

const PARSING = {
  noLocation: true,
  maxLexicalTokens: 4000,
  maxComments: 1000,
  maxSourceLength: 65_536,
} as const
/** Fragments that spread fragments grow by powers. */
const VISITS_LIMIT = 10_000
/** These choose what of an answer comes, and when; any other may mean anything to its server. */
const KNOWN_DIRECTIVES: ReadonlySet<string> = new Set(['include', 'skip', 'defer', 'stream'])

/**
 * What this document asks for, or null where nobody could say: it does not parse, it leaves open which operation is meant, or
 * a fragment is missing. The keys are each field by its path and the arguments below it, wherever their values stand:
 * `query.customers.where.email`.
 */
export function readDocument(text: GraphqlText, keys: KeyPaths): GraphqlOperation | null {
  const document = parsed(text.query)
  const operation = document === null ? null : chosen(document, text.operationName)
  if (document === null || operation === null) return null
  const reader = new DocumentReader(document, text.variables, keys)
  const rootFields = reader.read(operation)
  return rootFields === null ? null : { type: operation.operation, rootFields }
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query, PARSING)
  } catch {
    return null
  }
}

/** The operation of that name, or the only one. What else a schema is made of stands in no request. */
function chosen({ definitions }: DocumentNode, name: string | null): OperationDefinitionNode | null {
  const operations = definitions.filter((one) => one.kind === 'OperationDefinition')
  const others = definitions.some(
    ({ kind }) => kind !== 'OperationDefinition' && kind !== 'FragmentDefinition',
  )
  const [operation, second] =
    name === null ? operations : operations.filter((one) => one.name?.value === name)
  return others || operation === undefined || second !== undefined ? null : operation
}

class DocumentReader {
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #variables: Readonly<Record<string, unknown>>
  readonly #keys: KeyPaths
  readonly #roots = new Set<string>()
  /** Fragments around what is being read. */
  readonly #inside = new Set<string>()
  #visits = 0
  #understood = true

  constructor(document: DocumentNode, variables: Readonly<Record<string, unknown>>, keys: KeyPaths) {
    this.#variables = variables
    this.#keys = keys
    for (const one of document.definitions) {
      if (one.kind !== 'FragmentDefinition') continue
      // Of two with one name, servers that do not look take the first or the last.
      if (this.#fragments.has(one.name.value)) this.#understood = false
      this.#fragments.set(one.name.value, one)
    }
  }

  read(operation: OperationDefinitionNode): readonly string[] | null {
    this.#directives(operation.directives)
    for (const { defaultValue, variable } of operation.variableDefinitions ?? [])
      if (defaultValue !== undefined) this.#value(defaultValue, `variables.${variable.name.value}`)
    this.#selection(operation.selectionSet, operation.operation, true)
    return this.#understood && this.#roots.size > 0 ? [...this.#roots].toSorted() : null
  }

  #selection({ selections }: SelectionSetNode, path: string, isRoot: boolean): void {
    for (const one of selections) {
      if (!this.#mayGoOn()) return
      this.#directives(one.directives)
      if (one.kind === 'Field') this.#field(one, path, isRoot)
      else if (one.kind === 'InlineFragment') this.#selection(one.selectionSet, path, isRoot)
      else this.#fragment(one.name.value, path, isRoot)
    }
  }

  #field(field: FieldNode, outer: string, isRoot: boolean): void {
    const path = this.#keys.add(outer, field.name.value)
    if (isRoot) this.#roots.add(field.name.value)
    for (const argument of field.arguments ?? [])
      this.#value(argument.value, this.#keys.add(path, argument.name.value))
    if (field.selectionSet !== undefined) this.#selection(field.selectionSet, path, false)
  }

  #fragment(name: string, path: string, isRoot: boolean): void {
    const fragment = this.#fragments.get(name)
    if (fragment === undefined || this.#inside.has(name)) {
      this.#understood = false
      return
    }
    this.#inside.add(name)
    this.#directives(fragment.directives)
    this.#selection(fragment.selectionSet, path, isRoot)
    this.#inside.delete(name)
  }

  #value(value: ValueNode, path: string): void {
    if (!this.#mayGoOn()) return
    if (value.kind === 'Variable') this.#given(this.#variables[value.name.value], path)
    else if (value.kind === 'ListValue') for (const one of value.values) this.#value(one, `${path}[]`)
    else if (value.kind === 'ObjectValue')
      for (const { name, value: inner } of value.fields) this.#value(inner, this.#keys.add(path, name.value))
  }

  /** The same of a value that stands among the variables. */
  #given(value: unknown, path: string): void {
    if (!this.#mayGoOn()) return
    if (Array.isArray(value)) for (const one of value) this.#given(one, `${path}[]`)
    else if (isRecord(value))
      for (const [name, inner] of Object.entries(value)) this.#given(inner, this.#keys.add(path, name))
  }

  #directives(directives: readonly DirectiveNode[] = []): void {
    if (directives.some(({ name }) => !KNOWN_DIRECTIVES.has(name.value))) this.#keys.known = false
  }

  #mayGoOn(): boolean {
    if (++this.#visits > VISITS_LIMIT) this.#understood = false
    return this.#understood
  }
}
