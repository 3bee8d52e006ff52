import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import type { Unclear } from './target.ts'
import { trimmed } from './trimmed.ts'

export type Header = readonly [name: string, value: string]

export interface Headers {
  readonly kind: 'headers'
  readonly list: readonly Header[]
}

/** RFC 9110, 7.6.1: these are about one connection and go no further, whether `Connection` names them or not. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * What the gateway speaks for itself. The caller's key and the cookies of its browser are for us. An encoded answer could
 * not be masked. Framing is made anew, and so is the handshake of a WebSocket: compressed frames could not be looked into.
 */
const OURS: readonly string[] = [
  'accept-encoding',
  'authorization',
  'content-length',
  'cookie',
  'cookie2',
  'expect',
  'host',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-version',
]

/**
 * Who calls and from where, and where it was going, in the words that servers behind proxies believe. A client that sends one
 * wants to be somebody else, or somewhere else.
 */
const IDENTITY: readonly string[] = [
  'cf-connecting-ip',
  'client-ip',
  'forwarded',
  'from',
  // CGI makes `HTTP_PROXY` of it, by which the target's own clients ask somebody else (httpoxy).
  'proxy',
  'remote-addr',
  'remote-email',
  'remote-groups',
  'remote-name',
  'remote-user',
  'ssl-client-cert',
  'true-client-ip',
  'x-client-cert',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-host',
  'x-real-ip',
  'x-webauth-user',
]
const IDENTITY_PREFIXES: readonly string[] = [
  'cf-access-',
  'impersonate-',
  'sallyport-',
  'tailscale-user-',
  'x-amzn-oidc-',
  'x-auth-request-',
  'x-authenticated-',
  'x-consumer-',
  'x-email',
  'x-envoy-',
  'x-forwarded-',
  'x-goog-authenticated-user-',
  'x-goog-iap-',
  'x-groups',
  'x-ms-client-principal',
  'x-original-',
  'x-remote-',
  'x-rewrite-',
  'x-sallyport-',
  'x-ssl-client-',
  'x-user',
]

/** By these a server takes the request for another one than was judged, so that dropping them would not be honest either. */
const OVERRIDES: ReadonlySet<string> = new Set([
  // Servers of WSGI and PHP cut the path at the one, and take the other for it.
  'path-info',
  'script-name',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-override-url',
  'x-rewrite-url',
  'x-script-name',
])

/**
 * Asks for the answer in pieces or in other bytes, where the target's credential could not be found. Only where there is one.
 */
const DISGUISES: ReadonlySet<string> = new Set(['accept-charset', 'if-range', 'range'])
const CHARSET = /;[\t ]*charset[^,;]*/gi

const WITHHELD: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...OURS, ...IDENTITY])
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/
const VALUE = /^[\t\x20-\x7e]*$/

/**
 * The headers that go on, in their order and with lower-case names, or why none do. `credential` is the header into which
 * the target's own credential is put: what a caller sends under that name goes nowhere.
 */
export function forwardedHeaders(raw: readonly Header[], credential: string | null): Headers | Unclear {
  const listed = connectionOptions(raw)
  const list: Header[] = []
  for (const [sent, text] of raw) {
    const name = sent.toLowerCase()
    if (!NAME.test(name)) return unclear(safe`the name of a header is no token`)
    const plain = dashed(name)
    if (OVERRIDES.has(plain))
      return unclear(safe`a header asks for another method or path than the request has; send what you mean`)
    if (isWithheld(plain, credential) || listed.has(name)) continue
    const value = forTarget(name, text, credential)
    if (!VALUE.test(value)) return unclear(safe`the value of a header is not ASCII`)
    if (name !== 'prefer' || value !== '') list.push([name, value])
  }
  return { kind: 'headers', list }
}

/** Headers of an answer that go on to the client. */
export function answerHeaders(raw: readonly Header[]): readonly Header[] {
  const listed = connectionOptions(raw)
  return raw
    .map(([name, value]): Header => [name.toLowerCase(), value])
    .filter(([name]) => !HOP_BY_HOP.has(name) && !listed.has(name) && !isForUs(name))
}

/**
 * A cookie of the target is a credential for it, made by ours: an agent that had it could go there directly. In a browser it
 * would also stand beside the console's, since cookies know no ports.
 */
function isForUs(name: string): boolean {
  return name === 'set-cookie' || name === 'set-cookie2' || name.startsWith('sallyport-')
}

/** By these, targets of AWS and SOAP know which operation it is, whatever the path says. */
const OPERATIONS: ReadonlySet<string> = new Set(['soapaction', 'x-amz-target'])

export function namesOperation(headers: readonly Header[]): boolean {
  return headers.some(([name]) => OPERATIONS.has(dashed(name)))
}

/** Whether `Prefer` asks for a handle instead of an answer (RFC 7240, 4.1). */
export function prefersHandle(raw: readonly Header[]): boolean {
  return raw.some(
    ([name, value]) =>
      name.toLowerCase() === 'prefer' && value.split(',').some((one) => preference(one) === 'respond-async'),
  )
}

function isWithheld(plain: string, credential: string | null): boolean {
  return (
    WITHHELD.has(plain) ||
    IDENTITY_PREFIXES.some((prefix) => plain.startsWith(prefix)) ||
    (credential !== null && (plain === dashed(credential.toLowerCase()) || DISGUISES.has(plain)))
  )
}

function forTarget(name: string, text: string, credential: string | null): string {
  if (name === 'prefer') return preferencesForTarget(text)
  const asked = name === 'accept' && credential !== null ? text.replace(CHARSET, '') : text
  return trimmed(asked, /[ \t]/)
}

/** CGI and its children give `X_Forwarded.For` and `X-Forwarded-For` one name, so that one must not pass as the other. */
export function dashed(name: string): string {
  return name.replace(/[^a-z0-9-]/g, '-')
}

/** What `Connection` names ends here. The client chooses these names; what we put in later is not among them. */
function connectionOptions(raw: readonly Header[]): ReadonlySet<string> {
  const values = raw.filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value)
  return new Set(values.flatMap((value) => value.split(',')).map((option) => option.trim().toLowerCase()))
}

/** `respond-async` and its `wait` were for the gateway; other preferences are for the target. */
function preferencesForTarget(value: string): string {
  const kept = value.split(',').filter((one) => !['respond-async', 'wait', ''].includes(preference(one)))
  return kept.map((one) => one.trim()).join(', ')
}

function preference(text: string): string {
  return (/^[^=;]*/.exec(text)?.[0] ?? '').trim().toLowerCase()
}

function unclear(why: Redacted): Unclear {
  return { kind: 'unclear', why }
}
