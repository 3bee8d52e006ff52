import type { Effect } from '@sallyport/core/action/effect'
import type { ResourceId } from '@sallyport/core/action/ids'
import { type FactName, type Facts, PLAIN_FACTS, ROWS_UNKNOWN } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import type { Described } from '../described.ts'
import { type Cap, type Capped, capInForce } from './cap.ts'
import { commandOf } from './command.ts'
import type { HttpMessage } from './message.ts'
import { hasOneSpelling, isNameLike, VALUE } from './name-like.ts'
import { type QueryKeys, queryKeys } from './query.ts'
import { type HttpRoute, type Match, matchRoute } from './route.ts'
import { sentence } from './says.ts'
import { segmentsOf } from './target.ts'

/** What the describer is told of the resource. */
export interface HttpTarget extends Capped {
  readonly id: ResourceId
  readonly routes: readonly HttpRoute[]
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

/** `body`: the bytes of a whole one. */
export function describeHttp(message: HttpMessage, target: HttpTarget, body: Uint8Array | null): Described {
  const query = queryKeys(message.query)
  const match = matchOf(message, target.routes, query)
  const capped = capInForce(message.cap, match, target)
  const plain = factsOf(message, match, query)
  const known = plain.understood ? effectsOf(message, match) : (['execute'] as const)
  const effects = capped.asksMore ? withExport(known) : known
  const facts = withCap(plain, capped.cap, effects)
  return { facts, effects, says: sentence(facts, effects, target.id), command: commandOf(message, body) }
}

/** The route of a message. With another method it is another route, and nothing that is said of this one holds. */
export function matchOf(
  { method, path, query }: HttpMessage,
  routes: readonly HttpRoute[],
  keys: QueryKeys = queryKeys(query),
): Match {
  return keys.setsMethod ? { kind: 'doubtful' } : matchRoute(method, path, routes)
}

/** Whatever it changes, it only takes from the target: then how much it takes is how much it touches. */
export function onlyReads(effects: readonly Effect[]): boolean {
  return effects.every((effect) => effect === 'read' || effect === 'export')
}

function withExport([first, ...others]: NonEmpty<Effect>): NonEmpty<Effect> {
  return [
    first,
    ...others.filter((effect) => effect !== 'export'),
    ...(first === 'export' ? [] : ['export' as const]),
  ]
}

/** An answer that is cut at so many items touches no more of them. */
function withCap(facts: Facts, cap: Cap, effects: NonEmpty<Effect>): Facts {
  if (cap.bytes === null && cap.items === null && cap.classes === null) return facts
  const capped = { ...facts, cap }
  if (cap.items === null || !onlyReads(effects)) return capped
  const unknown = facts.unknown.filter((name) => name !== 'rows' && name !== 'unbounded')
  return { ...capped, rows: cap.items, unbounded: false, unknown }
}

function factsOf({ method, path }: HttpMessage, match: Match, query: QueryKeys): Facts {
  const template = match.kind === 'route' ? match.route.path : templateOf(path)
  return {
    ...PLAIN_FACTS,
    kind: 'http',
    understood: EFFECT_OF.has(method) && match.kind !== 'doubtful',
    unknown: unknownOf(path, match, query),
    labels: match.kind === 'route' ? match.route.labels : [],
    // HEAD is GET without the content (RFC 9110, 9.3.2): what a policy says of the operation it says of both.
    operation: `${method === 'HEAD' ? 'GET' : method} ${template}`,
    datasets: datasetsOf(template, match),
    rows: ROWS_UNKNOWN,
    unbounded: true,
    http: { method, path: template, query: query.keys },
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
function unknownOf(path: string, match: Match, query: QueryKeys): readonly FactName[] {
  const knowsPath = match.kind === 'route' || (match.kind === 'none' && isSaidWhole(path))
  const known: readonly (readonly [FactName, boolean])[] = [
    ['operation', knowsPath],
    ['datasets', knowsDatasets(path, match)],
    ['labels', match.kind !== 'doubtful'],
    ['http.path', knowsPath],
    ['http.query', query.known],
    // No request says how much it touches: only the target knows.
    ['rows', false],
    ['unbounded', false],
  ]
  return known.filter(([, isKnown]) => !isKnown).map(([name]) => name)
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

export function effectsOf({ method }: HttpMessage, match: Match): NonEmpty<Effect> {
  if (match.kind === 'route' && match.route.effects !== null) return match.route.effects
  return [EFFECT_OF.get(method) ?? 'execute']
}

/** Without a route every segment after the first may be a value, and the first as well unless it looks like a name. */
function templateOf(path: string): string {
  const segments = segmentsOf(path).map((segment, at) => {
    if (segment === '') return ''
    return at === 0 && isNameLike(segment) ? segment : VALUE
  })
  return `/${segments.join('/')}`
}
