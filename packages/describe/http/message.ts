import { deepFreeze } from '@sallyport/core/action/canonical'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { askedCap, type Cap, capHeaders, isCap } from './cap.ts'
import { forwardedHeaders, type Header } from './headers.ts'
import { readTarget, type Unclear } from './target.ts'

/**
 * One HTTP request as it is judged, shown, digested and sent: there is no second form. It has no credential, since those go
 * in after the digest.
 */
export type HttpMessage = {
  readonly kind: 'http'
  /** As sent: methods are case-sensitive, and only upper case is carried. */
  readonly method: string
  readonly path: string
  /** Without the question mark; empty where there is none. */
  readonly query: string
  readonly headers: readonly Header[]
  /** What follows the head; null where nothing does. Its own framing is made anew. */
  readonly body: HttpBody | null
  /** How much of the answer the client asks for; null where it says nothing. */
  readonly cap: Cap | null
  /** What the connection turns into, if the target agrees; null where it stays as it is. Its handshake is made anew. */
  readonly upgrade: Upgrade | null
}

/** RFC 6455. No other protocol is carried behind an upgrade. */
export type Upgrade = 'websocket'

/**
 * `whole`: these bytes, which are named by their hash so that the message stays small and says all of them. `streamed`: more
 * than is looked into; null where nobody said how much.
 */
export type HttpBody =
  | { readonly kind: 'whole'; readonly bytes: number; readonly sha256: string }
  | { readonly kind: 'streamed'; readonly bytes: number | null }

/** What a client sent. `target` is in origin form: `/path?query`. */
export interface HttpRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly Header[]
  readonly body: HttpBody | null
  /** Nothing said: none. */
  readonly upgrade?: Upgrade | null
}

const METHOD = /^[A-Z][A-Z-]{0,19}$/
/** RFC 9110, 9.3: content has no meaning in these that servers agree on, and some leave it for the next request to begin with. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])
const SHA256 = /^[0-9a-f]{64}$/

/** The message that a request becomes on its way to a target whose own credential goes into the header `credential`. */
export function httpMessage(request: HttpRequest, credential: string | null): HttpMessage | Unclear {
  const { method, body, upgrade = null } = request
  if (!METHOD.test(method)) return unclear(safe`the method is not in upper case, or is no method`)
  // TRACE is answered with the request itself, and the request has the target's credential in it.
  if (method === 'TRACE' || method === 'CONNECT') return unclear(safe`TRACE and CONNECT are not carried`)
  if (body !== null && WITHOUT_BODY.has(method))
    return unclear(
      safe`a body has no meaning in GET, HEAD, OPTIONS and DELETE that servers agree on; use POST`,
    )
  if (upgrade !== null && method !== 'GET') return unclear(safe`only a GET opens a WebSocket`)
  const target = readTarget(request.target)
  if (target.kind === 'unclear') return target
  const headers = forwardedHeaders(request.headers, credential)
  if (headers.kind === 'unclear') return headers
  const cap = askedCap(request.headers)
  if (cap !== null && 'kind' in cap) return cap
  if (cap !== null && upgrade !== null)
    return unclear(safe`nothing cuts what goes through a tunnel; open it without \`Sallyport-Cap\``)
  const { path, query } = target
  // By their names, as the canonical form has them: then nothing is left to be sorted.
  const message = {
    body: inOrderBody(body),
    cap,
    headers: headers.list,
    kind: 'http' as const,
    method,
    path,
    query,
    upgrade,
  }
  deepFreeze(message)
  made.set(message, credential)
  return message
}

/** Each message that was made here, and the header of the credential that it leaves room for: frozen, it cannot become another. */
const made = new WeakMap<object, string | null>()

/** Whether this very object was made here: then it is frozen to its depths, and all that it says is plain data. */
export function isMadeHere(message: unknown): message is HttpMessage {
  return typeof message === 'object' && message !== null && made.has(message)
}

/**
 * A message read back from its canonical form. Only what is its own normal form is a message: nothing else is sent, whoever
 * made it. One that was made here for this credential is that already.
 */
export function readHttpMessage(value: unknown, credential: string | null): HttpMessage | Unclear {
  if (isMadeHere(value) && made.get(value) === credential) return value
  if (!isHttpMessage(value)) return unclear(safe`this is no HTTP message`)
  // What stands in the message stands in no header of it.
  const headers = [...value.headers, ...capHeaders(value.cap)]
  const normal = httpMessage({ ...value, target: targetOf(value), headers }, credential)
  if (normal.kind === 'unclear') return normal
  return JSON.stringify(normal) === JSON.stringify(inOrder(value))
    ? normal
    : unclear(safe`this HTTP message is not in its normal form`)
}

/** Path and query, as they stand in the request line. */
export function targetOf({ path, query }: Pick<HttpMessage, 'path' | 'query'>): string {
  return query === '' ? path : `${path}?${query}`
}

function inOrder({ kind, method, path, query, headers, body, cap, upgrade }: HttpMessage): HttpMessage {
  return { body: inOrderBody(body), cap: inOrderCap(cap), headers, kind, method, path, query, upgrade }
}

function inOrderCap(cap: Cap | null): Cap | null {
  if (cap === null) return null
  const { bytes, items, classes } = cap
  return { bytes, items, classes }
}

function inOrderBody(body: HttpBody | null): HttpBody | null {
  if (body === null) return null
  const { kind, bytes } = body
  return kind === 'whole' ? { kind, bytes, sha256: body.sha256 } : { kind, bytes }
}

function isHttpMessage(value: unknown): value is HttpMessage {
  if (typeof value !== 'object' || value === null) return false
  const { kind, method, path, query, headers, body, cap, upgrade } = value as Partial<
    Record<keyof HttpMessage, unknown>
  >
  return (
    kind === 'http' &&
    [method, path, query].every((part) => typeof part === 'string') &&
    Array.isArray(headers) &&
    headers.every(isHeader) &&
    (body === null || isBody(body)) &&
    (cap === null || isCap(cap)) &&
    (upgrade === null || upgrade === 'websocket')
  )
}

function isBody(value: unknown): value is HttpBody {
  if (typeof value !== 'object' || value === null) return false
  const { kind, bytes, sha256 } = value as Partial<Record<'kind' | 'bytes' | 'sha256', unknown>>
  if (kind === 'streamed') return bytes === null || isCount(bytes)
  return kind === 'whole' && isCount(bytes) && typeof sha256 === 'string' && SHA256.test(sha256)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isHeader(value: unknown): value is Header {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function unclear(why: Redacted): Unclear {
  return { kind: 'unclear', why }
}
