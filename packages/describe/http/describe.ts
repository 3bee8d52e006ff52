import type { Effect } from '@sallyport/core/action/effect'
import type { ResourceId } from '@sallyport/core/action/ids'
import { type FactName, type Facts, PLAIN_FACTS, ROWS_UNKNOWN } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import { percentDecoded } from '@sallyport/core/redact/percent'
import type { Described } from '../described.ts'
import { commandOf } from './command.ts'
import type { HttpMessage } from './message.ts'
import { isNameLike } from './name-like.ts'
import { type HttpRoute, type Match, matchRoute } from './route.ts'
import { sentence } from './says.ts'
import { segmentsOf } from './target.ts'

/** What the describer is told of the resource. */
export interface HttpTarget {
  readonly id: ResourceId
  readonly routes: readonly HttpRoute[]
}

/** What stands in facts where a value was. */
const VALUE = '{}'

const EFFECT_OF: ReadonlyMap<string, Effect> = new Map([
  ['GET', 'read'],
  ['HEAD', 'read'],
  ['OPTIONS', 'read'],
  ['POST', 'write'],
  ['PUT', 'write'],
  ['PATCH', 'write'],
  ['DELETE', 'delete'],
])

/** No request says how much it touches: only the target knows. */
const NEVER_KNOWN: readonly FactName[] = ['rows', 'unbounded']

export function describeHttp(message: HttpMessage, target: HttpTarget): Described {
  const match = matchRoute(message.method, message.path, target.routes)
  const facts = factsOf(message, match)
  const effects = facts.understood ? effectsOf(message, match) : (['execute'] as const)
  return { facts, effects, says: sentence(facts, effects, target.id), command: commandOf(message) }
}

function factsOf({ method, path, query }: HttpMessage, match: Match): Facts {
  const template = match.kind === 'route' ? match.route.path : templateOf(path)
  const datasets = datasetsOf(template, match)
  const keys = queryKeys(query)
  return {
    ...PLAIN_FACTS,
    kind: 'http',
    // Rack and its like take the method from this parameter.
    understood: EFFECT_OF.has(method) && match.kind !== 'doubtful' && !keys.includes('_method'),
    unknown: [...unknownOf(match, datasets), ...NEVER_KNOWN],
    labels: match.kind === 'route' ? match.route.labels : [],
    // HEAD is GET without the content (RFC 9110, 9.3.2): what a policy says of the operation it says of both.
    operation: `${method === 'HEAD' ? 'GET' : method} ${template}`,
    datasets: datasets ?? [],
    rows: ROWS_UNKNOWN,
    unbounded: true,
    http: { method, path: template, query: keys },
  }
}

/** What the operator says, else the first segment; null where that may be a value. */
function datasetsOf(template: string, match: Match): readonly string[] | null {
  if (match.kind === 'route' && match.route.datasets.length > 0) return match.route.datasets
  const [first = ''] = template.slice(1).split('/')
  if (first === '') return []
  return isNameLike(first) ? [first] : null
}

function unknownOf(match: Match, datasets: readonly string[] | null): readonly FactName[] {
  if (match.kind === 'doubtful') return ['operation', 'datasets', 'labels']
  return datasets === null ? ['datasets'] : []
}

function effectsOf({ method }: HttpMessage, match: Match): NonEmpty<Effect> {
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

function queryKeys(query: string): readonly string[] {
  const keys = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => formDecoded(pair.split('=', 1)[0] ?? ''))
  return [...new Set(keys.map((key) => (isNameLike(key) ? key : VALUE)))].toSorted()
}

function formDecoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '))
}
