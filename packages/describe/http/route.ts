import type { Effect } from '@sallyport/core/action/effect'
import type { Label } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import type { Capped } from './cap.ts'
import { segmentsOf } from './target.ts'

/** What the operator knows of one operation. */
export interface HttpRoute extends Capped {
  readonly method: string
  /** `/exports/{name}` */
  readonly path: string
  readonly effects: NonEmpty<Effect> | null
  readonly datasets: readonly string[]
  readonly labels: readonly Label[]
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
  return routes.flatMap((one, index) =>
    routes
      .slice(index + 1)
      .filter((other) => isAmbiguous(one, other))
      .map((other) => [one, other] as const),
  )
}

function match(method: string, path: string, routes: readonly HttpRoute[]): Match {
  const rows = routes.filter((route) => route.method === method)
  const exact = mostSpecific(rows.filter((route) => fits(template(route), segmentsOf(path))))
  const readings = lenientReadings(path, exact)
  const loose = mostSpecific(
    rows.filter((route) => readings.some((reading) => fits(template(route).map(folded), reading))),
  )
  if (exact.length > 1 || loose.length > 1 || exact[0] !== loose[0]) return { kind: 'doubtful' }
  const [route] = exact
  return route === undefined ? { kind: 'none' } : { kind: 'route', route }
}

function template({ path }: HttpRoute): readonly string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

/** A parameter takes one segment, and not an empty one. */
function fits(wanted: readonly string[], segments: readonly string[]): boolean {
  return (
    wanted.length === segments.length &&
    wanted.every((want, at) => (isParameter(want) ? segments[at] !== '' : want === segments[at]))
  )
}

/**
 * As lenient servers read a path: folded, without a last slash, and some without a format (`.json`) at its end. An operator
 * who has a route for that very ending knows of it.
 */
function lenientReadings(path: string, exact: readonly HttpRoute[]): readonly (readonly string[])[] {
  const all = segmentsOf(path).map(folded)
  const segments = all.at(-1) === '' ? all.slice(0, -1) : all
  const last = segments.at(-1)
  if (last === undefined || exact.some((route) => !isParameter(template(route).at(-1) ?? '')))
    return [segments]
  return [segments, [...segments.slice(0, -1), last.replace(/(?<=.)\.[^.]*$/, '')]]
}

/** Any case and width, without what cannot be seen, matrix parameters, and dots and blanks at the end. */
function folded(segment: string): string {
  if (isParameter(segment)) return segment
  const plain = segment.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  return plain
    .toLowerCase()
    .replace(/;.*/s, '')
    .replace(/[\s.]+$/, '')
    .trimStart()
}

/** Those that no other of them is more specific than. */
function mostSpecific(routes: readonly HttpRoute[]): readonly HttpRoute[] {
  return routes.filter((route) => !routes.some((other) => other !== route && refines(other, route)))
}

/** Wherever `general` says a word, `special` says it too, and somewhere one more. */
function refines(special: HttpRoute, general: HttpRoute): boolean {
  const ours = template(special)
  const theirs = template(general)
  const wider = theirs.every((segment, at) => isParameter(segment) || !isParameter(ours[at] ?? '{}'))
  return wider && theirs.some((segment, at) => isParameter(segment) && !isParameter(ours[at] ?? '{}'))
}

function isAmbiguous(one: HttpRoute, other: HttpRoute): boolean {
  const ours = template(one).map(folded)
  const theirs = template(other).map(folded)
  const meet =
    ours.length === theirs.length &&
    ours.every((segment, at) => {
      const their = theirs[at] ?? ''
      return isParameter(segment) || isParameter(their) || segment === their
    })
  return one.method === other.method && meet && !refines(one, other) && !refines(other, one)
}
