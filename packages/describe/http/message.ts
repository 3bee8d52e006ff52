import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { forwardedHeaders, type Header } from './headers.ts'
import { readTarget, type Unclear } from './target.ts'

/**
 * One HTTP request as it is judged, shown, digested and sent: there is no second form. It has no body, since this build
 * carries none, and no credential, since those go in after the digest.
 */
export type HttpMessage = {
  readonly kind: 'http'
  /** As sent: methods are case-sensitive, and only upper case is carried. */
  readonly method: string
  readonly path: string
  /** Without the question mark; empty where there is none. */
  readonly query: string
  readonly headers: readonly Header[]
}

/** What a client sent. `target` is in origin form: `/path?query`. */
export interface HttpRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly Header[]
}

const METHOD = /^[A-Z][A-Z-]{0,19}$/

/** The message that a request becomes on its way to a target whose own credential goes into the header `credential`. */
export function httpMessage(request: HttpRequest, credential: string | null): HttpMessage | Unclear {
  const { method } = request
  if (!METHOD.test(method)) return unclear(safe`the method is not in upper case, or is no method`)
  // TRACE is answered with the request itself, and the request has the target's credential in it.
  if (method === 'TRACE' || method === 'CONNECT') return unclear(safe`TRACE and CONNECT are not carried`)
  const target = readTarget(request.target)
  if (target.kind === 'unclear') return target
  const headers = forwardedHeaders(request.headers, credential)
  if (headers.kind === 'unclear') return headers
  return { kind: 'http', method, path: target.path, query: target.query, headers: headers.list }
}

/** `GET /customers/7?fields=name`: a request as people type it. */
export function parseHttpText(text: string): HttpMessage | Unclear {
  const [method = '', target = '', ...rest] = text.trim().split(/[ \t]+/)
  if (target === '' || rest.length > 0)
    return unclear(safe`this is no request; write method and path, \`GET /customers/7\``)
  return httpMessage({ method, target, headers: [] }, null)
}

/**
 * A message read back from its canonical form. Only what is its own normal form is a message: nothing else is sent, whoever
 * made it.
 */
export function readHttpMessage(value: unknown, credential: string | null): HttpMessage | Unclear {
  if (!isHttpMessage(value)) return unclear(safe`this is no HTTP message`)
  const normal = httpMessage({ ...value, target: targetOf(value) }, credential)
  if (normal.kind === 'unclear') return normal
  return JSON.stringify(normal) === JSON.stringify(inOrder(value))
    ? normal
    : unclear(safe`this HTTP message is not in its normal form`)
}

/** Path and query, as they stand in the request line. */
export function targetOf({ path, query }: Pick<HttpMessage, 'path' | 'query'>): string {
  return query === '' ? path : `${path}?${query}`
}

function inOrder({ kind, method, path, query, headers }: HttpMessage): HttpMessage {
  return { kind, method, path, query, headers }
}

function isHttpMessage(value: unknown): value is HttpMessage {
  if (typeof value !== 'object' || value === null) return false
  const { kind, method, path, query, headers } = value as Partial<Record<keyof HttpMessage, unknown>>
  return (
    kind === 'http' &&
    [method, path, query].every((part) => typeof part === 'string') &&
    Array.isArray(headers) &&
    headers.every(isHeader)
  )
}

function isHeader(value: unknown): value is Header {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function unclear(why: Redacted): Unclear {
  return { kind: 'unclear', why }
}
