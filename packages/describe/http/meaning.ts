import { EFFECTS, type Effect } from '@sallyport/core/action/effect'
import type { FactName, Label } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import { hasOneSpelling, isNameLike, VALUE } from './name-like.ts'
import type { HttpRoute, Match, Speaks } from './route.ts'
import type { Carried, CarriedOperation } from './speaks/carried.ts'
import { segmentsOf } from './target.ts'

/** What a request asks for: of its method and path, or of the operations that its body carries. */
export interface Meaning {
  readonly understood: boolean
  readonly operation: string
  readonly effects: NonEmpty<Effect>
  readonly datasets: readonly string[]
  readonly labels: readonly Label[]
  readonly deferred: boolean
  /** `/customers/{id}` */
  readonly template: string
  /** Of operation, datasets, labels and path. */
  readonly unknown: readonly FactName[]
}

const EFFECT_OF: ReadonlyMap<string, Effect> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['OPTIONS', 'read'],
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'write'],
  ['DELETE', 'delete'],
])

/** Of operations, and of datasets. More nobody reads, and the leaf of the action has to hold them all. */
const NAMES_LIMIT = 64
const NAMES_LIMIT_CHARS = 4096

export function meaningOf(method: string, path: string, match: Match): Meaning {
  const template = match.kind === 'route' ? match.route.path : templateOf(path)
  const understood = EFFECT_OF.has(method) && match.kind !== 'doubtful'
  const knowsPath = match.kind === 'route' || (match.kind === 'none' && isSaidWhole(path))
  const own = match.kind === 'route' ? match.route : null
  return {
    understood,
    // HEAD is GET without the content (RFC 9110, 9.3.2): what a policy says of the operation it says of both.
    operation: own?.operation ?? `${method === 'HEAD' ? 'GET' : method} ${template}`,
    effects: understood ? (own?.effects ?? [EFFECT_OF.get(method) ?? 'execute']) : ['execute'],
    datasets: datasetsOf(template, match),
    labels: own?.labels ?? [],
    deferred: false,
    template,
    unknown: named({
      operation: knowsPath,
      datasets: knowsDatasets(path, match),
      labels: match.kind !== 'doubtful',
      'http.path': knowsPath,
    }),
  }
}

/** The same where the body says which operations they are: all of them count, each by what is known of it. */
export function carriedMeaning(route: HttpRoute, speaks: Speaks, carried: Carried | null): Meaning {
  if (carried === null) return unclearMeaning(route)
  const each = carried.operations.map((operation) => ruled(operation, route, speaks))
  const names = [...new Set(carried.operations.map(({ name }) => name))].toSorted()
  const datasets = [...new Set(each.flatMap((one) => one.datasets ?? []))]
  if (isTooMuch(names) || isTooMuch(datasets)) return unclearMeaning(route)
  const effects = EFFECTS.filter((effect) => each.some((one) => one.effects.includes(effect)))
  const [first = 'execute', ...others] = effects
  const onlyRead = effects.every((effect) => effect === 'read')
  return {
    understood: true,
    operation: names.join(', '),
    effects: [first, ...others],
    datasets,
    labels: [...new Set(each.flatMap(({ labels }) => labels))],
    deferred: carried.operations.some(({ deferred }) => deferred),
    template: route.path,
    unknown: named({
      // Several are another operation to a policy that knows each of them alone. So are three hundred of one kind: a hundred
      // deletions would have the shape of one, and be waived like it.
      operation:
        names.length === 1 && (carried.runs === 1 || onlyRead) && each.every(({ nameKnown }) => nameKnown),
      datasets: each.every((one) => one.datasets !== null),
    }),
  }
}

function isTooMuch(names: readonly string[]): boolean {
  return names.length > NAMES_LIMIT || names.join('').length > NAMES_LIMIT_CHARS
}

function unclearMeaning(route: HttpRoute): Meaning {
  return {
    understood: false,
    operation: `${route.method} ${route.path}`,
    effects: ['execute'],
    datasets: route.datasets,
    labels: route.labels,
    deferred: true,
    template: route.path,
    unknown: ['operation', 'datasets', 'labels'],
  }
}

interface Ruled {
  readonly nameKnown: boolean
  readonly effects: NonEmpty<Effect>
  /** Null where nobody could say. */
  readonly datasets: readonly string[] | null
  readonly labels: readonly Label[]
}

/** What the operator says of this operation, else of the route, else what the language does. */
function ruled(operation: CarriedOperation, route: HttpRoute, { operations }: Speaks): Ruled {
  const { name, nameKnown } = operation
  const own = Object.hasOwn(operations, name) ? operations[name] : undefined
  const said = [own?.datasets ?? [], route.datasets].find((datasets) => datasets.length > 0)
  return {
    nameKnown: nameKnown || own !== undefined,
    effects: own?.effects ?? route.effects ?? operation.effects,
    datasets: said ?? operation.datasets,
    labels: [...route.labels, ...(own?.labels ?? [])],
  }
}

/** What the operator says, else the first segment if that looks like a name. */
function datasetsOf(template: string, match: Match): readonly string[] {
  if (match.kind === 'route' && match.route.datasets.length > 0) return match.route.datasets
  const [first = ''] = template.slice(1).split('/')
  return isNameLike(first) ? [first] : []
}

/**
 * A fact that says less than the request does is unknown: a policy about `/payroll` must not be silent about `/Payroll`, nor one
 * about `/v1/admin/*` about `/v1/{}/{}`. Labels are the operator's own word, so where no route fits there are none.
 */
function named(known: Partial<Readonly<Record<FactName, boolean>>>): readonly FactName[] {
  const names: readonly FactName[] = ['operation', 'datasets', 'labels', 'http.path']
  return names.filter((name) => known[name] === false)
}

/** Whether the template of a path without a route is that path, and no server takes it for another. */
function isSaidWhole(path: string): boolean {
  const [first, ...others] = segmentsOf(path)
  return others.length === 0 && (first === undefined || hasOneSpelling(first))
}

function knowsDatasets(path: string, match: Match): boolean {
  switch (match.kind) {
    case 'doubtful':
      return false
    case 'route':
      return match.route.path === '/' || datasetsOf(match.route.path, match).length > 0
    case 'none': {
      const [first] = segmentsOf(path)
      return first === undefined || hasOneSpelling(first)
    }
  }
}

/** Without a route every segment after the first may be a value, and the first as well unless it looks like a name. */
function templateOf(path: string): string {
  const segments = segmentsOf(path).map((segment, at) => {
    if (segment === '') return ''
    return at === 0 && isNameLike(segment) ? segment : VALUE
  })
  return `/${segments.join('/')}`
}
