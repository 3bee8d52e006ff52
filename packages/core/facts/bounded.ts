import { canonicalText } from '../action/canonical.ts'
import type { Effect } from '../action/effect.ts'
import type { NonEmpty } from '../given.ts'
import { type FactName, type Facts, PLAIN_FACTS, ROWS_UNKNOWN } from './facts.ts'
import { NO_HTTP } from './http.ts'

/** A leaf has less than 64 KiB, most of it for facts: what could not be recorded must not be sent. */
const FACTS_LIMIT_CHARS: number = 16 * 1024

const ALL: readonly FactName[] = [
  'operation',
  'datasets',
  'labels',
  'destination',
  'rows',
  'deferred',
  'unbounded',
  'http.path',
  'http.query',
  'http.type',
  'http.body',
]

interface Read {
  readonly facts: Facts
  readonly effects: NonEmpty<Effect>
}

/** What a describer found, or, where that is more than the record can keep, that nothing was understood. */
export function bounded({ facts, effects }: Read): Read {
  if (canonicalText(facts).length <= FACTS_LIMIT_CHARS) return { facts, effects }
  const strictest = { ...PLAIN_FACTS, understood: false, unknown: ALL, rows: ROWS_UNKNOWN, unbounded: true }
  const kind =
    facts.kind === 'http'
      ? { kind: facts.kind, http: { ...NO_HTTP, method: facts.http.method, host: facts.http.host } }
      : { kind: facts.kind, self: facts.self }
  return { facts: { ...strictest, ...kind }, effects: ['execute'] }
}
