import { type Facts, ROWS_UNKNOWN } from '../facts/facts.ts'
import { type HttpFacts, NO_HTTP } from '../facts/http.ts'
import { NO_SELF } from '../facts/self.ts'
import type { Circumstances } from './verdict.ts'

/** Longer text is not shown to policy: one `like` over 100 kB holds the process for milliseconds. */
const TEXT_MAX_CHARS = 2048
/** More members of one set are not shown to policy. */
const SET_MAX_MEMBERS = 512

/** Facts as policy sees them: checked, well formed, each unknown one at its strictest value. */
export interface Stated {
  readonly kind: 'stated'
  readonly context: Readonly<Record<string, ContextValue>>
  /** Paths of texts and sets that have no strictest value: a policy that reads one cannot be answered. */
  readonly unknown: readonly string[]
}

export type ContextValue = boolean | number | string | string[] | { [name: string]: ContextValue }

export type Statement = Stated | { readonly kind: 'malformed'; readonly what: string }

/**
 * Numbers take the maximum and booleans the dangerous side where they are unknown; texts and sets have no such value. What is
 * too long counts as unknown, since a shortened text is a different one.
 */
export function stateFacts(facts: Facts): Statement {
  const unknownFacts = new Set<string>(facts.unknown)
  const unknown = new Set<string>()
  const text = (path: string, value: string): string => {
    if (!unknownFacts.has(path) && value.length <= TEXT_MAX_CHARS) return value.toWellFormed()
    unknown.add(path)
    return ''
  }
  const set = (path: string, values: readonly string[]): string[] => {
    const fits = values.length <= SET_MAX_MEMBERS && values.every((value) => value.length <= TEXT_MAX_CHARS)
    if (!unknownFacts.has(path) && fits) return sortedSet(values)
    unknown.add(path)
    return []
  }
  /** Without a limit it is every class there is, which no set can say. */
  const anyClass = (): string[] => {
    unknown.add('cap.classes')
    return []
  }
  const classes = facts.cap?.classes ?? null
  const http: HttpFacts['http'] = facts.kind === 'http' ? facts.http : NO_HTTP
  const self: { readonly change: string; readonly subject: string } =
    facts.kind === 'self' ? facts.self : NO_SELF
  const rows = unknownFacts.has('rows') ? ROWS_UNKNOWN : facts.rows
  if (!Number.isSafeInteger(rows) || rows < 0) return { kind: 'malformed', what: 'rows' }

  const context = {
    kind: facts.kind,
    operation: text('operation', facts.operation),
    understood: facts.understood,
    unknown: sortedSet(facts.unknown),
    labels: set('labels', facts.labels),
    datasets: set('datasets', facts.datasets),
    deferred: facts.deferred || unknownFacts.has('deferred'),
    unbounded: facts.unbounded || unknownFacts.has('unbounded'),
    rows,
    destination: text('destination', facts.destination),
    cap: {
      bytes: facts.cap?.bytes ?? ROWS_UNKNOWN,
      items: facts.cap?.items ?? ROWS_UNKNOWN,
      classes: classes === null ? anyClass() : set('cap.classes', classes),
    },
    http: {
      method: text('http.method', http.method),
      host: text('http.host', http.host),
      path: text('http.path', http.path),
      query: set('http.query', http.query),
      type: text('http.type', http.type),
      body: set('http.body', http.body),
    },
    self: { change: text('self.change', self.change), subject: text('self.subject', self.subject) },
  }
  return { kind: 'stated', context, unknown: [...unknown].sort() }
}

/** The circumstances as policy sees them, or null where they cannot be true. They are circumstances of ours: none is unknown. */
export function stateCircumstances({
  hour,
  signals,
  session,
}: Circumstances): Readonly<Record<string, ContextValue>> | null {
  const isHour = Number.isInteger(hour) && hour >= 0 && hour <= 23
  const fits = [...signals, ...session.labels].every((word) => word.length <= TEXT_MAX_CHARS)
  const few = signals.length <= SET_MAX_MEMBERS && session.labels.length <= SET_MAX_MEMBERS
  if (!isHour || !fits || !few) return null
  return {
    hour,
    signals: sortedSet(signals),
    session: { labels: sortedSet(session.labels), untrusted: session.untrusted },
  }
}

function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values.map((value) => value.toWellFormed()))].sort()
}

/** The value at `http.path`; the empty path is everything. */
export function valueAt(context: Stated['context'], path: string): ContextValue | undefined {
  let value: ContextValue | undefined = context
  for (const name of path === '' ? [] : path.split('.')) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

function isRecord(value: ContextValue | undefined): value is { [name: string]: ContextValue } {
  return typeof value === 'object' && !Array.isArray(value)
}

/** Whether reading `read` looks at `path`: the same place, around it or inside it. */
export function touches(read: string, path: string): boolean {
  return read === '' || read === path || path.startsWith(`${read}.`) || read.startsWith(`${path}.`)
}
