import { isAlphanumeric, isBlank, isKey, isQuote, isSpace, isWord, Reader } from './reader.ts'
import { mayNameSecret, NAME_LIMIT_CHARS, type SecretClass, secretClassOf } from './secret-names.ts'
import { type Extent, lineAt, valueAt, wordAt } from './value.ts'

/** A value to hide, in UTF-16 offsets. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly class: SecretClass
}

export interface Scan {
  readonly spans: readonly Span[]
  /** Characters looked at. An attacker chooses the text, so a test holds this to a fixed multiple of its length. */
  readonly steps: number
}

/** Our own keys: `sp_` and at least this many characters. */
const OWN_KEY_CHARS = 16
/** `Basic` also begins sentences; shorter words after it are prose. */
const BASIC_CHARS = 8
/**
 * The secrets of a free text, known by the name before them or by their form. A hand scanner and no pattern: it only goes
 * forward, and looks back or ahead by fixed distances or over a run that no other word touches.
 */
export function scan(text: string): Scan {
  return mayHaveSecret(text) ? scanEach(text) : { spans: [], steps: text.length }
}

const FORMS = /sp_|:\/\/|bearer|basic/i

/** False is certain: no word of it is a secret's name, however it is split, and nothing has a secret's form. */
function mayHaveSecret(text: string): boolean {
  return FORMS.test(text) || mayNameSecret(text)
}

/** Word by word. Exported for the test that holds the short way against it. */
export function scanEach(text: string): Scan {
  const reader = new Reader(text)
  const spans: Span[] = []
  let at = 0
  while (at < text.length) {
    const start = reader.until(at, isWord)
    const end = reader.while(start, isWord)
    for (const span of ownKeys(reader, start, end)) spans.push(span)
    const found = namedValue(reader, start, end) ?? schemeValue(reader, start, end) ?? userInfo(reader, end)
    if (found !== undefined) {
      // The user before a password may be a key as well.
      for (const span of ownKeys(reader, end, found.start)) spans.push(span)
      if (found.end > found.start) spans.push(found)
    }
    at = found?.end ?? end
  }
  return { spans, steps: reader.steps }
}

/** `sp_…`, also in the middle of a word, but not where a letter before it makes it another word (`grasp_`). */
function* ownKeys(reader: Reader, start: number, end: number): Iterable<Span> {
  const { text } = reader
  for (let at = start; at < end; at++) {
    reader.steps++
    if (!text.startsWith('sp_', at) || (at > 0 && isAlphanumeric(text.charCodeAt(at - 1)))) continue
    const keyEnd = reader.while(at + 3, isKey)
    if (keyEnd - at - 3 >= OWN_KEY_CHARS) yield { start: at, end: keyEnd, class: 'sallyport-key' }
    at = keyEnd - 1
  }
}

/** `name=value`, `"name": "value"`, `--name value`, `NAME 'value'`. */
function namedValue(reader: Reader, start: number, end: number): Span | undefined {
  const { text } = reader
  const what = secretClassOf(text.slice(Math.max(start, end - NAME_LIMIT_CHARS), end))
  if (what === undefined) return undefined
  const closed = reader.closers(end)
  const gap = reader.while(closed, isSpace)
  const separated = separatorEnd(text, gap)
  if (separated > gap)
    return { ...separatedValue(reader, what, { start, end, closed, separated }), class: what }
  const follows = closed === end && gap > end
  const byFlag = text[start] === '-' && text[gap] !== '-'
  const byQuote = isQuote(text.charCodeAt(gap))
  return follows && (byFlag || byQuote) ? { ...valueAt(reader, gap), class: what } : undefined
}

interface Named {
  readonly start: number
  readonly end: number
  /** Past the quotes and brackets that close the name. */
  readonly closed: number
  readonly separated: number
}

function separatedValue(reader: Reader, what: SecretClass, name: Named): Extent {
  const { text } = reader
  const at = valueStart(reader, name.separated)
  const isHeader = (what === 'authorization' || what === 'cookie') && name.closed === name.end
  const isQuoted = text[name.separated - 1] === '=' && reader.quote(at) !== undefined
  return isHeader && !isQuoted ? lineAt(reader, at, quoteBefore(text, name.start)) : valueAt(reader, at)
}

/** On the same line; on a later one only where a quote opens, since `NAME=` at the end of a line is empty. */
function valueStart(reader: Reader, at: number): number {
  const sameLine = reader.while(at, isBlank)
  const later = reader.while(sameLine, isSpace)
  return isQuote(reader.text.charCodeAt(later)) ? later : sameLine
}

/** Where the separator at `at` ends, or `at`. `::` is a cast or a path in most languages and separates no value. */
function separatorEnd(text: string, at: number): number {
  const next = text.slice(at, at + 3).toLowerCase()
  if (next.startsWith('::')) return at
  const separator = SEPARATORS.find((candidate) => next.startsWith(candidate))
  return at + (separator?.length ?? 0)
}

/** The longer ones first. */
const SEPARATORS = ['%3d', '%3a', '===', '!==', '==', '!=', ':=', '=>', '=', ':'] as const

/** `"Cookie: a=b"` as one quoted header: its value ends where the quote does. */
function quoteBefore(text: string, start: number): string | undefined {
  const before = text[start - 1]
  return before !== undefined && isQuote(before.charCodeAt(0)) ? before : undefined
}

/** `Bearer …` and `Basic …`, with a space or `%20` between. */
function schemeValue(reader: Reader, start: number, end: number): Span | undefined {
  const { text } = reader
  if (end - start > 'bearer'.length) return undefined
  const scheme = text.slice(start, end).toLowerCase()
  if (scheme !== 'bearer' && scheme !== 'basic') return undefined
  const at = text.startsWith('%20', end) ? end + 3 : reader.while(end, isSpace)
  if (at === end) return undefined
  const value = wordAt(reader, at)
  const isProse = scheme === 'basic' && !looksEncoded(text.slice(value.start, value.end))
  return isProse ? undefined : { ...value, class: 'authorization' }
}

/** Base 64 of a name and a password: it has a digit, or a capital where prose has none. */
function looksEncoded(value: string): boolean {
  return value.length >= BASIC_CHARS && /[0-9=]|[^A-Z][A-Z]/.test(value)
}

/** The password of `scheme://user:password@host`. */
function userInfo(reader: Reader, end: number): Span | undefined {
  const { text } = reader
  if (!text.startsWith('://', end)) return undefined
  const start = end + '://'.length
  const authority = text.slice(start, reader.until(start, endsAuthority))
  const at = authority.lastIndexOf('@')
  const colon = authority.indexOf(':')
  if (colon < 0 || at < colon) return undefined
  return { start: start + colon + 1, end: start + at, class: 'credential' }
}

/** `/`, `?`, `#`, `<` and `>`, or what ends every word. */
function endsAuthority(code: number): boolean {
  return (
    isSpace(code) || isQuote(code) || code === 47 || code === 63 || code === 35 || code === 60 || code === 62
  )
}
