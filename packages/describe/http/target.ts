import { type Redacted, safe } from '@sallyport/core/redact/redacted'

/** Path and query in the one spelling that is judged, shown and sent. `query` has no question mark; empty means none. */
export interface Target {
  readonly kind: 'target'
  readonly path: string
  readonly query: string
}

/** Something that two readers may read in two ways. */
export interface Unclear {
  readonly kind: 'unclear'
  readonly why: Redacted
}

const TARGET_LIMIT_CHARS = 8192

/** RFC 3986 `pchar` and the slash, and `[ ] |`, which clients leave as they are. */
const PATH = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/[\]|-]|%[0-9A-Fa-f]{2})*$/
/** What a path has, `?`, and what clients leave as it is in a query besides. */
const QUERY = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?[\]|{}^`-]|%[0-9A-Fa-f]{2})*$/
const ESCAPE = /%[0-9A-F]{2}/gi
const UNRESERVED = /^[A-Za-z0-9._~-]$/

/**
 * The normal form of an origin-form target (RFC 9112, 3.2.1), or why it has none. Escapes are normalised as RFC 3986, 6.2.2
 * has it: upper case, and unreserved characters stand for themselves, so that `/%65xports` cannot be another path to us than
 * to the target. What servers resolve or decode in different ways is refused and not repaired.
 */
export function readTarget(raw: string): Target | Unclear {
  if (raw.length > TARGET_LIMIT_CHARS)
    return unclear(safe`the path and query are longer than ${TARGET_LIMIT_CHARS} characters`)
  if (!raw.startsWith('/')) return unclear(safe`the target is not a path; begin it with a slash`)
  if (raw.includes('\\'))
    return unclear(safe`there is a backslash in the target; percent-encode it in a query`)
  if (raw.includes('#')) return unclear(safe`there is a fragment in the target; leave it out`)
  const mark = raw.indexOf('?')
  const path = mark < 0 ? raw : raw.slice(0, mark)
  const query = mark < 0 ? '' : raw.slice(mark + 1)
  if (!PATH.test(path) || !QUERY.test(query))
    return unclear(safe`a character of the target is not allowed in a URL; percent-encode it as UTF-8`)
  const normal = normalEscapes(path)
  const fault = pathFault(normal)
  return fault === undefined ? { kind: 'target', path: normal, query: normalEscapes(query) } : unclear(fault)
}

/** The segments after the first slash, escapes decoded: what a router compares. */
export function segmentsOf(path: string): readonly string[] {
  if (path === '/') return []
  const segments = path.slice(1).split('/')
  return path.includes('%') ? segments.map(decodeURIComponent) : segments
}

function pathFault(path: string): Redacted | undefined {
  const segments = path.slice(1).split('/')
  if (segments.slice(0, -1).includes('')) return safe`there is an empty segment (\`//\`) in the path`
  // With matrix parameters cut, since some servers cut them before they resolve: `/..;/admin`.
  if (segments.some((segment) => /^\.{1,2}(?:;|%3B|$)/.test(segment)))
    return safe`there is a dot segment (\`.\` or \`..\`) in the path; write the path that you mean`
  if (!path.includes('%')) return undefined
  if (/%(?:2F|5C)/.test(path)) return safe`there is an encoded slash or backslash in the path`
  // `%25` hides a second encoding from us that a server which decodes twice would find.
  if (/%25/.test(path)) return safe`there is an encoded percent sign in the path`
  if (/%(?:[01][0-9A-F]|7F)/.test(path)) return safe`there is an encoded control character in the path`
  if (!isUtf8(path)) return safe`the escapes of the path are not UTF-8`
  return segmentsOf(path).some(isDots)
    ? safe`there is a dot segment with something invisible around it in the path; write the path that you mean`
    : undefined
}

/** `/..%20/admin`: some servers trim a segment, or fold its width, before they resolve it. */
function isDots(segment: string): boolean {
  const seen = segment.normalize('NFKC').replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, '')
  return /^\.{1,2}(?:[;?#]|$)/.test(seen)
}

function normalEscapes(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(ESCAPE, (escape) => {
    const char = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return UNRESERVED.test(char) ? char : escape.toUpperCase()
  })
}

function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function unclear(why: Redacted): Unclear {
  return { kind: 'unclear', why }
}
