import { secretClassOf } from '@sallyport/core/redact/secret-names'
import type {
  ConstValueNode,
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
  /** Root fields with their repetitions: each alias is run. */
  readonly runs: number
  /** An alias, or a directive that may be one, names something in the answer. */
  readonly renames: boolean
  readonly secretVariables: ReadonlySet<string>
}

export interface GraphqlText {
  readonly query: string
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
}

const PARSING = { noLocation: true, maxComments: 1000, maxSourceLength: 65_536 } as const
/** As deep as JSON may go. A path is as long as its field is deep, and fragments reach it again and again. */
const DEPTH_LIMIT = 32

/** What may be spent on one request, however many documents its batch has. */
export interface Budget {
  tokens: number
  /** Fragments that spread fragments grow by powers. */
  visits: number
}

export function requestBudget(): Budget {
  return { tokens: 4000, visits: 10_000 }
}

/** These choose what of an answer comes, and when; any other may mean anything to its server. */
const KNOWN_DIRECTIVES: ReadonlySet<string> = new Set(['include', 'skip', 'defer', 'stream'])

/**
 * What this document asks for, or null where nobody could say: it does not parse, it leaves open which operation is meant, or
 * a fragment is missing. The keys are each field by its path and the arguments below it, wherever their values stand:
 * `query.customers.where.email`.
 */
export function readDocument(text: GraphqlText, keys: KeyPaths, budget: Budget): GraphqlOperation | null {
  const document = parsed(text.query, budget)
  const operation = document === null ? null : chosen(document, text.operationName)
  if (document === null || operation === null) return null
  return new DocumentReader(document, text.variables, keys, budget).read(operation)
}

function parsed(query: string, budget: Budget): DocumentNode | null {
  try {
    const document = parse(query, { ...PARSING, maxLexicalTokens: budget.tokens })
    budget.tokens -= document.tokenCount ?? budget.tokens
    return document
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

interface Place {
  readonly path: string
  readonly depth: number
  /** Whether what stands here goes by a secret's name, here or further out. */
  readonly isSecret: boolean
}

class DocumentReader {
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #variables: Readonly<Record<string, unknown>>
  readonly #keys: KeyPaths
  readonly #roots = new Set<string>()
  /** Fragments around what is being read. */
  readonly #inside = new Set<string>()
  readonly #defaults = new Map<string, ConstValueNode>()
  readonly #budget: Budget
  #runs = 0
  #renames = false
  readonly #secretVariables = new Set<string>()
  #understood = true

  constructor(
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
    keys: KeyPaths,
    budget: Budget,
  ) {
    this.#variables = variables
    this.#keys = keys
    this.#budget = budget
    for (const one of document.definitions) {
      if (one.kind !== 'FragmentDefinition') continue
      // Of two with one name, servers that do not look take the first or the last.
      if (this.#fragments.has(one.name.value)) this.#understood = false
      this.#fragments.set(one.name.value, one)
    }
  }

  read(operation: OperationDefinitionNode): GraphqlOperation | null {
    this.#directives(operation.directives)
    for (const { defaultValue, variable } of operation.variableDefinitions ?? [])
      if (defaultValue !== undefined) this.#defaults.set(variable.name.value, defaultValue)
    this.#selection(operation.selectionSet, { path: operation.operation, depth: 0, isSecret: false })
    if (!this.#understood || this.#roots.size === 0) return null
    const rootFields = [...this.#roots].toSorted()
    return {
      type: operation.operation,
      rootFields,
      runs: this.#runs,
      renames: this.#renames,
      secretVariables: this.#secretVariables,
    }
  }

  #selection({ selections }: SelectionSetNode, place: Place): void {
    for (const one of selections) {
      if (!this.#mayGoOn(place)) return
      this.#directives(one.directives)
      if (one.kind === 'Field') this.#field(one, place)
      else if (one.kind === 'InlineFragment') this.#selection(one.selectionSet, place)
      else this.#fragment(one.name.value, place)
    }
  }

  #field({ name, alias = name, arguments: given = [], selectionSet }: FieldNode, outer: Place): void {
    // Its fields are words of the schema, whatever its own name tells.
    const place = { ...this.#inner(outer, name.value), isSecret: false }
    if (alias.value !== name.value) this.#renames = true
    if (outer.depth === 0) {
      this.#roots.add(name.value)
      this.#runs++
    }
    for (const argument of given) this.#value(argument.value, this.#inner(place, argument.name.value))
    if (selectionSet !== undefined) this.#selection(selectionSet, place)
  }

  #fragment(name: string, place: Place): void {
    const fragment = this.#fragments.get(name)
    if (fragment === undefined || this.#inside.has(name)) {
      this.#understood = false
      return
    }
    this.#inside.add(name)
    this.#directives(fragment.directives)
    this.#selection(fragment.selectionSet, place)
    this.#inside.delete(name)
  }

  #value(value: ValueNode, place: Place): void {
    if (!this.#mayGoOn(place)) return
    if (value.kind === 'Variable') {
      const { value: name } = value.name
      if (place.isSecret) this.#secretVariables.add(name)
      const standIn = this.#defaults.get(name)
      if (standIn !== undefined) this.#value(standIn, place)
      if (Object.hasOwn(this.#variables, name)) this.#given(this.#variables[name], place)
    } else if (value.kind === 'ListValue') for (const one of value.values) this.#value(one, item(place))
    else if (value.kind === 'ObjectValue')
      for (const { name, value: inner } of value.fields) this.#value(inner, this.#inner(place, name.value))
  }

  /** The same of a value that stands among the variables. */
  #given(value: unknown, place: Place): void {
    if (!this.#mayGoOn(place)) return
    if (Array.isArray(value)) for (const one of value) this.#given(one, item(place))
    else if (isRecord(value))
      for (const [name, inner] of Object.entries(value)) this.#given(inner, this.#inner(place, name))
  }

  /** Below a name that is a secret's, the names may be secrets too. */
  #inner({ path, depth, isSecret }: Place, name: string): Place {
    return {
      path: isSecret ? this.#keys.addHidden(path) : this.#keys.add(path, name),
      depth: depth + 1,
      isSecret: isSecret || secretClassOf(name) !== undefined,
    }
  }

  #directives(directives: readonly DirectiveNode[] = []): void {
    if (directives.every(({ name }) => KNOWN_DIRECTIVES.has(name.value))) return
    this.#keys.known = false
    this.#renames = true
  }

  #mayGoOn({ depth }: Place): boolean {
    if (depth >= DEPTH_LIMIT || --this.#budget.visits < 0) this.#understood = false
    return this.#understood
  }
}

function item(place: Place): Place {
  return { ...place, path: `${place.path}[]`, depth: place.depth + 1 }
}
