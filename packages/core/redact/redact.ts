import type { Json } from '../action/canonical.ts'
import { AT_CUTS, cutAway, hidden, markerEnd } from './marker.ts'
import { percentDecoded } from './percent.ts'
import type { Redacted } from './redacted.ts'
import { type Span, scan } from './scan.ts'
import { secretClassOf, secretClassOfParameter } from './secret-names.ts'

/** A name and its value, as leaf and card carry them. */
export interface Parameter {
  readonly name: Redacted
  readonly value: Redacted
}

/** One header, one query value, one path. */
export const VALUE_LIMIT_CHARS = 4096
/** Less would leave no room to say what was cut. */
export const LIMIT_MIN_CHARS = 64
/** Deeper JSON is hidden whole: looking into it would need a stack that the sender chooses. */
export const JSON_DEPTH = 64

/**
 * The choke point for free text: secrets are hidden, then what is too long is cut in the middle, so that no half of a secret
 * stays. Text is made well formed; control characters are kept, and the card makes them visible. Twice is the same as once.
 */
export function redactText(raw: string, limitChars: number): Redacted {
  const text = raw.toWellFormed()
  const parts = text.split(AT_CUTS)
  return shortened(
    parts.map((part) => withoutSecrets(part, scan(part).spans)).join(''),
    limitChars,
  ) as Redacted
}

/** The values that `redactText` hides, in UTF-16 offsets of the text as given. */
export function secretSpans(raw: string): readonly Span[] {
  return scan(raw.toWellFormed()).spans
}

/** Whether nothing was cut out of it. A text that only says so counts as cut: that is the strict side. */
export function isWhole(text: Redacted): boolean {
  return !AT_CUTS.test(text)
}

export function redactHeader(name: string, value: string): Parameter {
  return namedParameter(name, value)
}

/** The parameters of a query, percent-decoded once, as its reader will. `+` is a space. */
export function redactQuery(search: string): readonly Parameter[] {
  const query = search.startsWith('?') ? search.slice(1) : search
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const name = equals < 0 ? pair : pair.slice(0, equals)
      const value = equals < 0 ? '' : pair.slice(equals + 1)
      return namedParameter(formDecoded(name), formDecoded(value))
    })
}

/** A path as it was sent, except for the segments whose decoded text has a secret. */
export function redactPath(path: string): Redacted {
  const segments = path.split('/').map((segment) => {
    const decoded = percentDecoded(segment)
    return scan(decoded).spans.length > 0 ? redactText(decoded, VALUE_LIMIT_CHARS) : segment
  })
  return redactText(segments.join('/'), VALUE_LIMIT_CHARS)
}

/** One member of a JSON body: hidden whole where it goes by a secret's name, empty or not. */
export function redactMember(name: string, value: string): Redacted {
  const what = secretClassOf(name)
  return what === undefined ? redactText(value, VALUE_LIMIT_CHARS) : (hidden(what) as Redacted)
}

/** A JSON value as text: what goes by a secret's name is hidden whole, whatever it is. */
export function redactJson(value: Json, limitChars: number): Redacted {
  return shortened(JSON.stringify(withoutSecretMembers(value, 0)).toWellFormed(), limitChars) as Redacted
}

function namedParameter(name: string, value: string): Parameter {
  const what = value === '' ? undefined : secretClassOfParameter(name)
  return {
    name: redactText(name, VALUE_LIMIT_CHARS),
    value: what === undefined ? redactText(value, VALUE_LIMIT_CHARS) : (hidden(what) as Redacted),
  }
}

function formDecoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '))
}

function withoutSecrets(text: string, spans: readonly Span[]): string {
  let out = ''
  let at = 0
  for (const span of spans) {
    out += text.slice(at, span.start) + hidden(span.class)
    at = span.end
  }
  return out + text.slice(at)
}

function withoutSecretMembers(value: Json, depth: number): Json {
  if (typeof value === 'string') return redactText(value, Number.POSITIVE_INFINITY)
  if (value === null || typeof value !== 'object') return value
  if (depth === JSON_DEPTH) return hidden('too-deep')
  if (isList(value)) return value.map((item) => withoutSecretMembers(item, depth + 1))
  const members = Object.entries(value).map(([name, member]): [string, Json] => {
    const what = secretClassOf(name)
    const shown = what === undefined ? withoutSecretMembers(member ?? null, depth + 1) : hidden(what)
    return [redactText(name, Number.POSITIVE_INFINITY), shown]
  })
  return Object.fromEntries(members)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** Head and tail, with the number of characters left out between them. */
function shortened(text: string, limitChars: number): string {
  const limit = Math.max(limitChars, LIMIT_MIN_CHARS)
  if (text.length <= limit) return text
  const room = limit - cutAway(text.length).length
  const head = pieceStart(text, Math.ceil(room / 2))
  const tail = wordStart(text, text.length - Math.floor(room / 2))
  return text.slice(0, head) + cutAway(tail - head) + text.slice(tail)
}

/** At or before `at`, but neither inside a marker nor between the halves of a surrogate pair. */
function pieceStart(text: string, at: number): number {
  const open = text.lastIndexOf('‹', at - 1)
  if (open >= 0 && markerEnd(text, open) > at) return open
  return isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at
}

/** At or after `at`, where no word and no marker goes on: a tail that starts inside a word would read as another one. */
function wordStart(text: string, at: number): number {
  let start = at
  while (start < text.length && /[\w.-]/.test(text[start - 1] ?? '')) start++
  const piece = pieceStart(text, start)
  return piece === start ? start : Math.max(markerEnd(text, piece), start + 1)
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
