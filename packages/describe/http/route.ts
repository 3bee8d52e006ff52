import type { Effect } from '@sallyport/core/action/effect'
import type { Label } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import type { Capped } from './cap.ts'
import { isParameter, plantRoutes, type RouteTree, routesAt, templateOf } from './route-tree.ts'
import { segmentsOf } from './target.ts'
import { trimmedEnd } from './trimmed.ts'

/** What the operator knows of one operation. */
export interface HttpOperation {
  readonly effects: NonEmpty<Effect> | null
  readonly datasets: readonly string[]
  readonly labels: readonly Label[]
}

export interface HttpRoute extends HttpOperation, Capped {
  readonly method: string
  /** `/exports/{name}` */
  readonly path: string
  /** The resource's own word for it; null: method and path. */
  readonly operation: string | null
  /** Where not the path but the body says which operation it is. */
  readonly speaks: Speaks | null
}

export interface Speaks {
  readonly language: 'graphql' | 'json-rpc'
  /** By `mutation deleteCustomer`, or the method of JSON-RPC. */
  readonly operations: Readonly<Record<string, HttpOperation>>
}

export type Match =
  | { readonly kind: 'route'; readonly route: HttpRoute }
  | { readonly kind: 'none' }
  /** A target that folds case, slashes or parameters would take this for another route than we do. */
  | { readonly kind: 'doubtful' }

/**
 * The most specific route of a request. HEAD and OPTIONS without a row of their own have GET's: whoever labelled the one
 * meant the other.
 */
export function matchRoute(method: string, path: string, routes: readonly HttpRoute[]): Match {
  const own = match(method, path, routes)
  return own.kind === 'none' && (method === 'HEAD' || method === 'OPTIONS') ? match('GET', path, routes) : own
}

/**
 * Pairs of routes that match a common path while neither is the more specific one: which of them counts would be chance.
 * Configuration with one is refused.
 */
export function ambiguousRoutes(routes: readonly HttpRoute[]): readonly (readonly [HttpRoute, HttpRoute])[] {
  const rows = routes.map((route) => ({ route, segments: templateOf(route).map(folded) }))
  const comparable = Map.groupBy(rows, ({ route, segments }) => `${route.method} ${segments.length}`)
  return [...comparable.values()].flatMap((group) =>
    group.flatMap((one, index) =>
      group
        .slice(index + 1)
        .filter((other) => meet(one.segments, other.segments))
        .filter((other) => !refines(one.route, other.route) && !refines(other.route, one.route))
        .map((other) => [one.route, other.route] as const),
    ),
  )
}

interface Trees {
  readonly exact: ReadonlyMap<string, RouteTree>
  /** As lenient servers spell them. */
  readonly loose: ReadonlyMap<string, RouteTree>
}

/** The routes of a resource never change: a change of its configuration is another list. */
const planted = new WeakMap<readonly HttpRoute[], Trees>()

function treesOf(routes: readonly HttpRoute[]): Trees {
  const known = planted.get(routes)
  if (known !== undefined) return known
  const trees = { exact: plantRoutes(routes, (segment) => segment), loose: plantRoutes(routes, folded) }
  planted.set(routes, trees)
  return trees
}

function match(method: string, path: string, routes: readonly HttpRoute[]): Match {
  const trees = treesOf(routes)
  const segments = segmentsOf(path)
  const exact = mostSpecific(routesAt(trees.exact.get(method), segments))
  const meant = lenientReadings(segments, exact).flatMap((reading) =>
    routesAt(trees.loose.get(method), reading),
  )
  const loose = mostSpecific([...new Set(meant)])
  if (exact.length > 1 || loose.length > 1 || exact[0] !== loose[0]) return { kind: 'doubtful' }
  const [route] = exact
  return route === undefined ? { kind: 'none' } : { kind: 'route', route }
}

/**
 * As lenient servers read a path: folded, without what is then empty (`/;x/payroll`), up to a question mark or fragment that they
 * decode before they cut, and some without a format (`.json`) at its end. An operator who has a route for that very ending knows of it.
 */
function lenientReadings(
  path: readonly string[],
  exact: readonly HttpRoute[],
): readonly (readonly string[])[] {
  const cut = path.findIndex((segment) => /[?#]/.test(segment.normalize('NFKC')))
  const whole = cut < 0 ? path : path.slice(0, cut + 1)
  const segments = whole.map(folded).filter((segment) => segment !== '')
  const last = segments.at(-1)
  if (last === undefined || exact.some((route) => !isParameter(templateOf(route).at(-1) ?? '')))
    return [segments]
  return [segments, [...segments.slice(0, -1), last.replace(/(?<=.)\.[^.]*$/, '')]]
}

/** What folding leaves as it is. */
const FOLDED = /^[a-z0-9_-]+$/

/** Any case and width, without what cannot be seen, matrix parameters, and dots and blanks at the end. */
function folded(segment: string): string {
  if (isParameter(segment) || FOLDED.test(segment)) return segment
  const plain = segment.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  return trimmedEnd(plain.toLowerCase().replace(/[;?#].*/s, ''), /[\s.]/).trimStart()
}

/** Those that no other of them is more specific than. */
function mostSpecific(routes: readonly HttpRoute[]): readonly HttpRoute[] {
  return routes.filter((route) => !routes.some((other) => other !== route && refines(other, route)))
}

/** Wherever `general` says a word, `special` says it too, and somewhere one more. */
function refines(special: HttpRoute, general: HttpRoute): boolean {
  const ours = templateOf(special)
  const theirs = templateOf(general)
  const wider = theirs.every((segment, at) => isParameter(segment) || !isParameter(ours[at] ?? '{}'))
  return wider && theirs.some((segment, at) => isParameter(segment) && !isParameter(ours[at] ?? '{}'))
}

/** Whether some path fits both. */
function meet(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.every((segment, at) => {
    const their = theirs[at] ?? ''
    return isParameter(segment) || isParameter(their) || segment === their
  })
}
