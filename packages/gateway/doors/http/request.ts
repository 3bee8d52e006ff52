import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Header } from '@sallyport/describe/http/headers'
import type { Upgrade } from '@sallyport/describe/http/message'
import { type Framing, framingOf } from './body.ts'
import { headersOf, type Incoming, isStream } from './exchange.ts'
import { hostOf, isKnownHost } from './host.ts'
import { HEAD_LIMIT_BYTES } from './limits.ts'

/** A request whose framing leaves no doubt. Nothing in it is believed yet. */
export interface DoorRequest {
  readonly kind: 'request'
  readonly method: string
  /** In origin form. */
  readonly target: string
  /** Without the port, in lower case. */
  readonly host: string
  readonly headers: readonly Header[]
  readonly framing: Framing
  /** The client waits to be told that its body is wanted. */
  readonly expectsContinue: boolean
  readonly upgrade: Upgrade | null
}

/** These mean something to us, so that a second one would be a second meaning. */
const ONCE: readonly string[] = [
  'authorization',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'origin',
  'sec-fetch-site',
  'sec-websocket-key',
  'sec-websocket-version',
  'transfer-encoding',
  'upgrade',
]

export const HEAD_TOO_LARGE: Refusal = refusal(
  'too-large',
  safe`the head of a request has at most ${HEAD_LIMIT_BYTES} bytes`,
)

/** `hosts`: names of this door besides those of the machine itself. `upgrade`: what the connection was handed over for. */
export function readRequest(
  incoming: Incoming,
  hosts: ReadonlySet<string>,
  upgrade: Upgrade | null = null,
): DoorRequest | Refusal {
  const fields = headersOf(incoming.rawHeaders)
  // nghttp2 holds to the limit that it told a client only once that client has said that it heard.
  if (isStream(incoming) && listBytes(fields) > HEAD_LIMIT_BYTES) return HEAD_TOO_LARGE
  const headers = fields.filter(([name]) => !name.startsWith(':'))
  const repeated = headers.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at)
  if (repeated.some((name) => ONCE.includes(name) || name.startsWith('sallyport-')))
    return malformed(safe`a header that may stand once stands twice`)
  const authority = headerOf(fields, ':authority') ?? headerOf(headers, 'host') ?? ''
  // RFC 9113, 8.3.1. Two names are two readers' choice.
  if ((headerOf(headers, 'host') ?? authority).toLowerCase() !== authority.toLowerCase())
    return malformed(safe`\`:authority\` and \`Host\` name different hosts`)
  const host = hostOf(authority)
  // A page whose name resolves to this machine (DNS rebinding) comes with its own name.
  if (host === undefined || !isKnownHost(host, hosts))
    return malformed(
      safe`this door does not go by the name in \`Host\`; call it by the name in its configuration`,
    )
  if (isForeign(headerOf(headers, 'origin'), hosts) || isFromElsewhere(headerOf(headers, 'sec-fetch-site')))
    return malformed(safe`a page of another origin cannot ask here`)
  const framing = framingIn(incoming, headers)
  if (typeof framing === 'string') return malformed(framing)
  if (framing.kind === 'open' && incoming.httpVersion === '1.0')
    return malformed(safe`HTTP/1.0 has no chunks; send \`Content-Length\``)
  if (upgrade === null && headerOf(headers, 'upgrade') !== undefined)
    return refusal(
      'not-understood',
      safe`the only upgrade is to a WebSocket, by a GET without a body on a connection where nothing else waits`,
    )
  const expects = headerOf(headers, 'expect')?.toLowerCase()
  if (expects !== undefined && expects !== '100-continue')
    return malformed(safe`this expectation cannot be met`)
  if (isStream(incoming) && headerOf(fields, ':scheme') !== 'https')
    return malformed(safe`the scheme of a request over TLS is \`https\``)
  const target = originForm(incoming, authority)
  if (target === undefined) return malformed(safe`the target names another host than \`Host\``)
  const expectsContinue = expects !== undefined && framing.kind !== 'none'
  return {
    kind: 'request',
    method: incoming.method ?? '',
    target,
    host,
    headers,
    framing,
    expectsContinue,
    upgrade,
  }
}

/** RFC 9113, 6.5.2. */
function listBytes(fields: readonly Header[]): number {
  return fields.reduce((bytes, [name, value]) => bytes + name.length + value.length + 32, 0)
}

export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

/** A browser says on whose behalf it asks. Cached Basic credentials would otherwise serve any page. */
function isForeign(origin: string | undefined, hosts: ReadonlySet<string>): boolean {
  if (origin === undefined) return false
  const host = URL.canParse(origin) ? hostOf(new URL(origin).host) : undefined
  return host === undefined || !isKnownHost(host, hosts)
}

/** An image or a link of a foreign page comes without an origin, and still with the site that it is asked from. */
function isFromElsewhere(site: string | undefined): boolean {
  return site !== undefined && site !== 'none' && site !== 'same-origin'
}

/** In HTTP/2 the frames say where a body ends, and nghttp2 holds its length against them. */
function framingIn(incoming: Incoming, headers: readonly Header[]): Framing | Redacted {
  const length = headerOf(headers, 'content-length')
  if (!isStream(incoming)) return framingOf(length, headerOf(headers, 'transfer-encoding'))
  if (length === undefined && !incoming.stream.endAfterHeaders) return { kind: 'open' }
  return framingOf(length, undefined)
}

/** RFC 9112, 3.2.2: absolute form is understood too, as long as it names the host that `Host` names. HTTP/2 has none. */
function originForm(incoming: Incoming, authority: string): string | undefined {
  const target = incoming.url ?? ''
  if (isStream(incoming)) return target
  const prefix = `${'encrypted' in incoming.socket ? 'https' : 'http'}://${authority}`.toLowerCase()
  if (!target.toLowerCase().startsWith('http')) return target
  const rest = target.slice(prefix.length)
  return target.toLowerCase().startsWith(prefix) && rest.startsWith('/') ? rest : undefined
}

function malformed(detail: Redacted): Refusal {
  return refusal('malformed', detail)
}
