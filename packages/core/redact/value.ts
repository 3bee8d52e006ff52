import { markerEnd } from './marker.ts'
import { isLineEnd, isQuote, isSpace, isWord, type Quote, type Reader } from './reader.ts'

/** From where to where a value goes. Nothing between the two: it is empty or was hidden before. */
export interface Extent {
  readonly start: number
  readonly end: number
}

const OPEN = '([{'
const CLOSE = ')]}'
/** Letters that some languages put before a quote: `E'…'`, `b"…"`, `$'…'`. */
const QUOTE_PREFIX_CHARS = 2

/**
 * The value that starts at `at`. In doubt it ends later: a reviewer who sees less asks or denies, a secret in the record stays
 * there. What starts with our marker was hidden before, so hiding twice is hiding once.
 */
export function valueAt(reader: Reader, at: number): Extent {
  const quote = reader.quote(at)
  if (quote !== undefined) return quoted(reader, quote)
  const first = reader.text[at]
  if (first !== undefined && OPEN.includes(first)) return { start: at, end: bracketEnd(reader, at) }
  const word = wordAt(reader, at)
  const isPrefix = word.end > at && word.end - at <= QUOTE_PREFIX_CHARS
  const prefixed = isPrefix ? reader.quote(word.end) : undefined
  return prefixed === undefined ? word : { start: at, end: quoted(reader, prefixed).end }
}

/** The rest of the line: the credentials of a header stand in several words. `within` is the quote that the header stands in. */
export function lineAt(reader: Reader, at: number, within: string | undefined): Extent {
  const marked = markerEnd(reader.text, at)
  if (marked > at) return { start: marked, end: marked }
  const ends = within?.charCodeAt(0)
  return { start: at, end: reader.until(at, (code) => isLineEnd(code) || code === ends) }
}

/** One word, whatever it is made of. */
export function wordAt(reader: Reader, at: number): Extent {
  const marked = markerEnd(reader.text, at)
  return marked > at ? { start: marked, end: marked } : { start: at, end: reader.until(at, endsWord) }
}

/** What stands between quotes, with everything glued to it: `'it''s'` and `"a"b` are one value each. */
function quoted(reader: Reader, open: Quote): Extent {
  const { text } = reader
  const marked = markerEnd(text, open.end)
  if (marked > open.end) return { start: marked, end: marked }
  let end = quoteEnd(reader, open.end, open)
  while (open.backslashes === 0 && text[end + 1] === open.char) end = quoteEnd(reader, end + 2, open)
  const isGlued = open.backslashes === 0 && isWord(text.charCodeAt(end + 1))
  return { start: open.end, end: isGlued ? reader.until(end + 1, endsWord) : end }
}

/**
 * Where the closing quote (its backslashes included) starts. Inside a string that was opened with n backslashes, n of them
 * before a quote close it, fewer close a string around it, and more belong to the content, unless they pair up.
 */
function quoteEnd(reader: Reader, at: number, { char, backslashes }: Quote): number {
  const { text } = reader
  for (let next = at; next < text.length; next++) {
    const runStart = next
    while (text[next] === '\\') next++
    reader.steps += next - runStart + 1
    const run = next - runStart
    if (text[next] === char && (run < backslashes || run % (2 * (backslashes + 1)) === backslashes)) {
      return next - Math.min(run, backslashes)
    }
  }
  return text.length
}

/** Past the bracket that closes the one at `at`; what is quoted in between does not count. */
function bracketEnd(reader: Reader, at: number): number {
  const { text } = reader
  let depth = 0
  for (let next = at; next < text.length; next++) {
    reader.steps++
    const char = text[next] ?? ''
    if (OPEN.includes(char)) depth++
    else if (CLOSE.includes(char) && --depth === 0) return next + 1
    else if (isQuote(char.charCodeAt(0)))
      next = quoteEnd(reader, next + 1, { char, backslashes: 0, end: next + 1 })
  }
  return text.length
}

/** `&` ends a value in a query and a command in a shell. */
function endsWord(code: number): boolean {
  return isSpace(code) || isQuote(code) || code === 38
}
