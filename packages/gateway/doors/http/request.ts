import type { IncomingMessage } from 'node:http'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Header } from '@sallyport/describe/http/headers'
import { type Framing, framingOf } from './body.ts'
import { hostOf, isKnownHost } from './host.ts'

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
  'transfer-encoding',
]

/** `hosts`: names of this door besides those of the machine itself. */
export function readRequest(incoming: IncomingMessage, hosts: ReadonlySet<string>): DoorRequest | Refusal {
  const headers = headersOf(incoming.rawHeaders)
  const repeated = headers.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at)
  if (repeated.some((name) => ONCE.includes(name) || name.startsWith('sallyport-')))
    return malformed(safe`a header that may stand once stands twice`)
  const authority = headerOf(headers, 'host') ?? ''
  const host = hostOf(authority)
  // A page whose name resolves to this machine (DNS rebinding) comes with its own name.
  if (host === undefined || !isKnownHost(host, hosts))
    return malformed(
      safe`this door does not go by the name in \`Host\`; call it by the name in its configuration`,
    )
  if (isForeign(headerOf(headers, 'origin'), hosts) || isFromElsewhere(headerOf(headers, 'sec-fetch-site')))
    return malformed(safe`a page of another origin cannot ask here`)
  const framing = framingOf(headerOf(headers, 'content-length'), headerOf(headers, 'transfer-encoding'))
  if (typeof framing === 'string') return malformed(framing)
  if (framing.kind === 'chunked' && incoming.httpVersion !== '1.1')
    return malformed(safe`HTTP/1.0 has no chunks; send \`Content-Length\``)
  if (headerOf(headers, 'upgrade') !== undefined)
    return refusal('not-understood', safe`upgrades are not carried; send the request without \`Upgrade\``)
  const expects = headerOf(headers, 'expect')?.toLowerCase()
  if (expects !== undefined && expects !== '100-continue')
    return malformed(safe`this expectation cannot be met`)
  const target = originForm(incoming.url ?? '', authority)
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
  }
}

export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

function headersOf(raw: readonly string[]): readonly Header[] {
  return raw.flatMap((name, at): Header[] => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? '']] : []))
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

/** RFC 9112, 3.2.2: absolute form is understood too, as long as it names the host that `Host` names. */
function originForm(target: string, authority: string): string | undefined {
  const prefix = `http://${authority}`.toLowerCase()
  if (!target.toLowerCase().startsWith('http')) return target
  const rest = target.slice(prefix.length)
  return target.toLowerCase().startsWith(prefix) && rest.startsWith('/') ? rest : undefined
}

function malformed(detail: Redacted): Refusal {
  return refusal('malformed', detail)
}
