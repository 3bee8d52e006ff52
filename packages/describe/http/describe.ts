import type { Effect } from '@sallyport/core/action/effect'
import type { ResourceId } from '@sallyport/core/action/ids'
import { type FactName, type Facts, PLAIN_FACTS, ROWS_UNKNOWN } from '@sallyport/core/facts/facts'
import { interned } from '@sallyport/core/facts/interned'
import type { NonEmpty } from '@sallyport/core/given'
import type { Described } from '../described.ts'
import { type BodyReading, readBody } from './body/read.ts'
import { type CapInForce, type Capped, capInForce } from './cap.ts'
import { commandOf } from './command.ts'
import { namesOperation } from './headers.ts'
import { carriedMeaning, type Meaning, meaningOf } from './meaning.ts'
import type { HttpMessage } from './message.ts'
import { type QueryKeys, queryKeys } from './query.ts'
import { type HttpRoute, type Match, matchRoute } from './route.ts'
import { sentence } from './says.ts'
import type { Carried } from './speaks/carried.ts'
import { readCarried } from './speaks/read.ts'
import { withoutVariables } from './speaks/secret-variables.ts'
import { tunnelCap, tunnelMeaning, tunnelSentence } from './tunnel.ts'

/** What the describer is told of the resource. */
export interface HttpTarget extends Capped {
  readonly id: ResourceId
  readonly address: Pick<URL, 'hostname'>
  readonly routes: readonly HttpRoute[]
}

/** What a request says besides its method and path. */
interface Said {
  readonly query: QueryKeys
  readonly body: Pick<BodyReading, 'type' | 'typeKnown' | 'keys' | 'known'>
}

/** `bytes`: those of a whole body. */
export function describeHttp(message: HttpMessage, target: HttpTarget, bytes: Uint8Array | null): Described {
  const { match, meaning, query, body, carried } = readRequest(message, target.routes, bytes)
  const configured = capInForce(message.cap, match, target, carried)
  const capped = message.upgrade === null ? configured : tunnelCap(configured)
  const effects = capped.asksMore ? withExport(meaning.effects) : meaning.effects
  const spoken = carried?.keys ?? null
  const keys = spoken === null ? body : { ...body, keys: spoken.all(), known: spoken.known }
  const plain = factsOf(message, target.address.hostname, meaning, { query, body: keys })
  const facts = interned(withCap(plain, capped, effects))
  return {
    facts,
    effects,
    says:
      message.upgrade === null || !facts.understood
        ? sentence(facts, effects, target.id, carried === null)
        : tunnelSentence(facts, target.id),
    command: commandOf(message, withoutVariables(body.shown, carried?.secrets ?? new Set())),
  }
}

/** What a request is read as: by its facts before it is judged, and by the inner door before it is sent. */
export interface RequestReading {
  readonly match: Match
  readonly meaning: Meaning
  readonly query: QueryKeys
  readonly body: BodyReading
  readonly carried: Carried | null
}

export function readRequest(
  message: HttpMessage,
  routes: readonly HttpRoute[],
  bytes: Uint8Array | null,
): RequestReading {
  const { method, path } = message
  const query = queryKeys(message.query)
  const body = readBody(message, bytes)
  // With another method it is another route, and nothing that is said of this one holds.
  const match: Match =
    query.setsMethod || body.setsMethod ? { kind: 'doubtful' } : matchRoute(method, path, routes)
  if (message.upgrade !== null) {
    const meaning = tunnelMeaning(meaningOf(method, path, match), match)
    return { match, meaning, query, body, carried: null }
  }
  const speaks = match.kind === 'route' ? match.route.speaks : null
  if (match.kind !== 'route' || speaks === null)
    return { match, meaning: meaningOf(method, path, match), query, body, carried: null }
  const carried = readCarried(speaks, message, bytes)
  return { match, meaning: carriedMeaning(match.route, speaks, carried), query, body, carried }
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
function withCap(facts: Facts, { cap, countable }: CapInForce, effects: NonEmpty<Effect>): Facts {
  if (cap.bytes === null && cap.items === null && cap.classes === null) return facts
  const capped = { ...facts, cap }
  if (cap.items === null || !countable || !onlyReads(effects)) return capped
  const unknown = facts.unknown.filter((name) => name !== 'rows' && name !== 'unbounded')
  return { ...capped, rows: cap.items, unbounded: false, unknown }
}

function factsOf(
  { method, headers }: HttpMessage,
  host: string,
  meaning: Meaning,
  { query, body }: Said,
): Facts {
  const { understood, operation, datasets, labels, deferred, template } = meaning
  const read: readonly (readonly [FactName, boolean])[] = [
    ['operation', !namesOperation(headers)],
    ['http.query', query.known],
    ['http.type', body.typeKnown],
    ['http.body', body.known],
    // No request says how much it touches: only the target knows.
    ['rows', false],
    ['unbounded', false],
  ]
  return {
    ...PLAIN_FACTS,
    kind: 'http',
    understood,
    unknown: [...new Set([...meaning.unknown, ...read.filter(([, known]) => !known).map(([name]) => name)])],
    labels,
    operation,
    datasets,
    deferred,
    rows: ROWS_UNKNOWN,
    unbounded: true,
    http: { method, host, path: template, query: query.keys, type: body.type, body: body.keys },
  }
}
