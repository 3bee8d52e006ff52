import { LIMITS } from './http-limits.ts'

/**
 * What the HTTP door does with each part of the protocol, as far as a client can tell. Every row is sent over a socket by its
 * test, and `docs/http.md` is this table: what is not here is not promised.
 */
export interface Row {
  readonly what: string
  /** `parsed`: read, judged and shown. `passed`: goes on as it is. `dropped`: stays here. `refused`: the request goes nowhere. */
  readonly word: 'parsed' | 'passed' | 'dropped' | 'refused'
  readonly says: string
  readonly sent: Sent
  readonly seen: Seen
}

/** A request: method and target of the resource, header lines, and everything after the head. */
export interface Sent {
  readonly line: string
  readonly headers?: readonly string[]
  readonly after?: string
  /** What the target answers; a plain 200 where nothing is said. */
  readonly answer?: string
  /** The resource has a credential that is put in. */
  readonly credential?: true
}

/** What the client gets, and what reached the target of it. */
export interface Seen {
  readonly status: number
  readonly client?: RegExp
  readonly notClient?: RegExp
  /** Null: not a byte. */
  readonly target?: RegExp | null
  readonly notTarget?: RegExp
}

const LARGE = 'x'.repeat(1024 * 1024 + 1)
const OK = 'HTTP/1.1 200 OK\r\n'

// biome-ignore format: a table is read by its rows
export const REQUESTS: readonly Row[] = [
  { what: 'path and query', word: 'parsed', says: 'in one normal form: what is judged is what is sent', sent: { line: 'GET /a%7eb?q=1%2f2' }, seen: { status: 200, target: /^GET \/a~b\?q=1%2F2 HTTP\/1\.1\r\n/ } },
  { what: 'dot segments, `//`, encoded slashes, double encoding', word: 'refused', says: '`malformed`: servers read them in different ways', sent: { line: 'GET /a/%2e%2e/b' }, seen: { status: 400, target: null } },
  { what: 'HTTP/1.0', word: 'parsed', says: 'with a `Host`; the target is spoken to in HTTP/1.1', sent: { line: 'GET /a HTTP/1.0' }, seen: { status: 200, target: /^GET \/a HTTP\/1\.1\r\n/ } },
  { what: 'headers', word: 'passed', says: 'in their order, each on the card with its secrets hidden', sent: { line: 'GET /a', headers: ['X-Trace: 7', 'If-None-Match: "v1"'] }, seen: { status: 200, target: /x-trace: 7\r\nif-none-match: "v1"\r\n/i } },
  { what: '`Authorization`, `Cookie`', word: 'dropped', says: 'the key is for us; a cookie would be a second credential', sent: { line: 'GET /a', headers: ['Cookie: a=b'] }, seen: { status: 200, notTarget: /cookie|authorization/i } },
  { what: '`X-Forwarded-*`, `Forwarded`, `X-User`, and their like', word: 'dropped', says: 'who calls is for us to say', sent: { line: 'GET /a', headers: ['X-Forwarded-User: root', 'X_Forwarded_For: 10.0.0.1'] }, seen: { status: 200, notTarget: /forwarded/i } },
  { what: '`Connection` and what it names', word: 'dropped', says: 'never what we put in ourselves', sent: { line: 'GET /a', headers: ['Connection: close, x-hop, via', 'X-Hop: 1'] }, seen: { status: 200, target: /via: 1\.1 sallyport/i, notTarget: /x-hop/i } },
  { what: '`Range`, `If-Range`', word: 'passed', says: 'where the resource has no credential', sent: { line: 'GET /a', headers: ['Range: bytes=0-1'], answer: 'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nab' }, seen: { status: 206, client: /ab$/, target: /range: bytes=0-1/i } },
  { what: '`Range` towards a target with a credential', word: 'dropped', says: 'pieces would carry it past the veil', sent: { line: 'GET /a', headers: ['Range: bytes=0-1'], credential: true }, seen: { status: 200, notTarget: /range/i } },
  { what: '`Accept-Encoding`', word: 'dropped', says: 'we ask for `identity`', sent: { line: 'GET /a', headers: ['Accept-Encoding: br'] }, seen: { status: 200, target: /accept-encoding: identity/i } },
  { what: 'a body of up to 1 MiB by length', word: 'parsed', says: 'whole, before the verdict; the digest covers it', sent: { line: 'POST /a', headers: ['Content-Length: 2'], after: 'hi' }, seen: { status: 200, target: /content-length: 2\r\n[\s\S]*\r\nhi$/i } },
  { what: 'a body of up to 1 MiB in chunks', word: 'parsed', says: 'the same, and goes on by length', sent: { line: 'POST /a', headers: ['Transfer-Encoding: chunked'], after: '1;a=b\r\nh\r\n1\r\ni\r\n0\r\n\r\n' }, seen: { status: 200, target: /content-length: 2\r\n[\s\S]*\r\nhi$/i } },
  { what: 'a larger body', word: 'passed', says: 'as it comes, up to 1 GiB, where policy allows the head without asking anybody', sent: { line: 'POST /a', headers: ['Content-Type: application/octet-stream', `Content-Length: ${LARGE.length}`], after: LARGE }, seen: { status: 200, target: /x{100}$/ } },
  { what: 'a larger body that would be held', word: 'refused', says: '`too-large`: nobody could be shown it', sent: { line: 'PUT /held', headers: [`Content-Length: ${LARGE.length}`], after: LARGE }, seen: { status: 413, target: null } },
  { what: 'JSON, forms, multipart', word: 'parsed', says: 'their keys are facts, their values stand on the card with secrets hidden; they go on byte for byte', sent: { line: 'POST /a', headers: ['Content-Type: application/json', 'Content-Length: 7'], after: '{"a":1}' }, seen: { status: 200, target: /\r\n\{"a":1\}$/ } },
  { what: 'a GraphQL query or a JSON-RPC call', word: 'parsed', says: 'where a route says that it speaks it: its operations are judged, and what is not mapped by the strictest reading', sent: { line: 'POST /graphql', headers: ['Content-Type: application/json', 'Content-Length: 17'], after: '{"query":"{ a }"}' }, seen: { status: 200, target: /\{ a \}/ } },
  { what: 'a GraphQL document that is not understood', word: 'refused', says: 'as policy says of `execute`', sent: { line: 'POST /graphql', headers: ['Content-Type: application/json', 'Content-Length: 15'], after: '{"query":"{ a"}' }, seen: { status: 403, target: null } },
  { what: '`Sallyport-Cap`', word: 'parsed', says: 'how much of the answer may come; more than is configured is an `export`', sent: { line: 'GET /a', headers: ['Sallyport-Cap: items=1'], answer: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n[1,2]' }, seen: { status: 403, client: /export-cap/, notTarget: /sallyport-cap/i } },
  { what: 'any other type', word: 'passed', says: 'byte for byte; shown as text, or by its length and hash', sent: { line: 'POST /a', headers: ['Content-Type: application/x-own', 'Content-Length: 3'], after: '\xfe\xff!' }, seen: { status: 200, target: /\xfe\xff!$/ } },
  { what: '`Expect: 100-continue`', word: 'parsed', says: 'answered once the sender is known; never sent on', sent: { line: 'POST /a', headers: ['Expect: 100-continue', 'Content-Length: 2'], after: 'hi' }, seen: { status: 200, client: /^HTTP\/1\.1 100 Continue/, notTarget: /expect/i } },
  { what: 'trailers of a request', word: 'refused', says: '`malformed`: the target would see another request', sent: { line: 'POST /a', headers: ['Transfer-Encoding: chunked'], after: '1\r\nh\r\n0\r\nX-A: 1\r\n\r\n' }, seen: { status: 400, target: null } },
  { what: 'a body of GET, HEAD, OPTIONS or DELETE', word: 'refused', says: '`malformed`: some servers take it for the next request', sent: { line: 'GET /a', headers: ['Content-Length: 2'], after: 'hi' }, seen: { status: 400, target: null } },
  { what: 'two framings, or one that is not plain', word: 'refused', says: '`malformed`, and the connection ends', sent: { line: 'POST /a', headers: ['Transfer-Encoding: ,chunked'], after: '0\r\n\r\n' }, seen: { status: 400, client: /connection: close/i, target: null } },
  { what: 'a larger POST that does not say its type', word: 'refused', says: 'as policy says of `execute`: some servers take it for a form, and a form may choose the method', sent: { line: 'POST /a', headers: [`Content-Length: ${LARGE.length}`], after: LARGE }, seen: { status: 403, target: null } },
  { what: '`X-HTTP-Method-Override`, `Script-Name` and their like', word: 'refused', says: '`malformed`: send the method and path that you mean', sent: { line: 'POST /a', headers: ['X-HTTP-Method-Override: DELETE'] }, seen: { status: 400, target: null } },
  { what: 'a WebSocket', word: 'parsed', says: 'opening it is the action: `execute`, with the label `tunnel`; subprotocols go on, extensions do not', sent: { line: 'GET /a', headers: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: v1', 'Sec-WebSocket-Extensions: permessage-deflate'] }, seen: { status: 200, target: /upgrade: websocket\r\nsec-websocket-protocol: v1\r\n/i, notTarget: /extensions|dGhlIHNhbXBsZSBub25jZQ/i } },
  { what: 'a WebSocket with `Prefer: respond-async`', word: 'refused', says: '`malformed`: nobody could take it up', sent: { line: 'GET /a', headers: ['Prefer: respond-async', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'] }, seen: { status: 400, target: null } },
  { what: 'other upgrades: `h2c`, lists, other methods', word: 'refused', says: '`not-understood`', sent: { line: 'GET /a', headers: ['Connection: Upgrade', 'Upgrade: h2c'] }, seen: { status: 403, target: null } },
  { what: 'CONNECT, TRACE', word: 'refused', says: '`malformed`', sent: { line: 'TRACE /a' }, seen: { status: 400, target: null } },
]

// biome-ignore format: a table is read by its rows
export const ANSWERS: readonly Row[] = [
  { what: 'status, headers, content', word: 'passed', says: 'with the target\'s credential veiled', sent: { line: 'GET /a', answer: `HTTP/1.1 404 Not Here\r\nX-Why: gone\r\nContent-Length: 2\r\n\r\nno` }, seen: { status: 404, client: /x-why: gone[\s\S]*no$/i } },
  { what: 'a redirect', word: 'passed', says: 'and never followed: where it leads is another action', sent: { line: 'GET /a', answer: 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n' }, seen: { status: 302, client: /location: http:\/\/elsewhere/i } },
  { what: 'chunks, event streams', word: 'passed', says: 'as they come', sent: { line: 'GET /a', answer: `${OK}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n` }, seen: { status: 200, client: /data: 1\n\n/ } },
  { what: 'trailers of an answer', word: 'passed', says: 'to a client that says `TE: trailers`, where the head names them', sent: { line: 'GET /a', headers: ['TE: trailers'], answer: `${OK}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n` }, seen: { status: 200, client: /\r\n0\r\nx-sum: 7\r\n\r\n$/i } },
  { what: 'interim answers (1xx)', word: 'dropped', says: 'the first line that a client sees is the verdict', sent: { line: 'GET /a', answer: `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}Content-Length: 2\r\n\r\nok` }, seen: { status: 200, notClient: /103/ } },
  { what: 'a compressed answer', word: 'parsed', says: 'opened, though it was not asked for: gzip, deflate, br and zstd', sent: { line: 'GET /a', answer: `${OK}Content-Encoding: gzip\r\nContent-Length: 22\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xcf\x06\x00\x47\xdd\xdc\x79\x02\x00\x00\x00` }, seen: { status: 200, client: /ok/, notClient: /content-encoding/i } },
  { what: '`Set-Cookie`', word: 'dropped', says: 'a cookie of the target is a credential for it', sent: { line: 'GET /a', answer: `${OK}Set-Cookie: s=1\r\nContent-Length: 0\r\n\r\n` }, seen: { status: 200, notClient: /set-cookie/i } },
  { what: 'an answer that breaks off', word: 'passed', says: 'without an end, so that nobody takes half of it for the whole', sent: { line: 'GET /a', answer: `${OK}Content-Length: 9\r\n\r\nhalf` }, seen: { status: 200, client: /content-length: 9/, notClient: /half.+/ } },
]

/** The page, `docs/http.md`. */
export function renderMatrix(): string {
  const table = (rows: readonly Row[]): string =>
    ['| what | | how |', '|---|---|---|']
      .concat(rows.map(({ what, word, says }) => `| ${what} | ${word} | ${says} |`))
      .join('\n')
  return `# HTTP at the door

Unmodified clients work as far as this page says, and a test sends each of its rows. *Parsed*: read, judged, and shown to whoever
decides. *Passed*: goes on as it is. *Dropped*: stays here, and the rest goes on. *Refused*: the request goes nowhere.

A refusal is an RFC 9457 problem with a stable \`code\` and one line of advice. Every answer to a well-formed request of a known agent carries \`Sallyport-Action\`.

Over TLS the same holds in HTTP/2, each stream for itself; what HTTP/2 itself calls malformed resets its stream. HTTP/2 in the clear is not spoken.

## Requests

${table(REQUESTS)}

## Answers

${table(ANSWERS)}

## Limits

| what | at most | past that |
|---|---|---|
${LIMITS.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
}
