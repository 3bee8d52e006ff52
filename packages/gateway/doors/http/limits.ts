/** Request line and headers together; in HTTP/2 the list of headers as RFC 9113 counts it. */
export const HEAD_LIMIT_BYTES: number = 16 * 1024
/** Open at once. */
export const CONNECTIONS_LIMIT = 4096
/** Of them, those on which nobody has proved who they are. One more, and the oldest is ended. */
export const STRANGERS_LIMIT = 1024
/** Those of one agent, and of all agents: there is room for strangers, and for those that are being ended. One more, and an idle one is ended. */
export const CONNECTIONS_OF_ONE_LIMIT = 256
export const PROVED_CONNECTIONS_LIMIT = 3000
/** A body of at most so many bytes is part of what is judged, shown and digested. */
export const WHOLE_BODY_LIMIT_BYTES: number = 1024 * 1024
/** A larger one goes on as it comes, where policy allows its head; no body is larger than this. */
export const STREAMED_BODY_LIMIT_BYTES: number = 1024 * 1024 * 1024
/** Bodies in memory, of everybody and of one agent: what is held waits with its body. */
export const BODIES_LIMIT_BYTES: number = 256 * 1024 * 1024
export const BODIES_OF_ONE_LIMIT_BYTES: number = 64 * 1024 * 1024
/** Requests that one connection of HTTP/1.1 may have waiting behind the one that runs. With more it is ended. */
export const PIPELINE_LIMIT = 32
/** The body of such a request; with a longer one, or one in chunks, the connection is ended. */
export const PIPELINED_BODY_LIMIT_BYTES: number = 8 * 1024
export const REASON_LIMIT_CHARS = 500
/** Run, model, session, `Idempotency-Key`. */
export const LABEL_LIMIT_CHARS = 128

/** Requests at once in one session of HTTP/2; what RFC 9113, 6.5.2 asks for at least. */
export const STREAMS_LIMIT = 100
/** Header fields of one request in HTTP/2. */
export const HEADERS_LIMIT = 128
/** Streams that a client takes back: so many in a row, then so many a second. More of it is a flood (CVE-2023-44487). */
export const RESETS_LIMIT = 200
export const RESETS_LIMIT_PER_S = 20
/** Frames and streams that break the protocol and not the session. */
export const INVALID_FRAMES_LIMIT = 100
export const REJECTED_STREAMS_LIMIT = 100
/** PING and SETTINGS of a client within `CONTROL_WINDOW_MS`: each makes us answer. */
export const CONTROL_FRAMES_LIMIT = 200
export const CONTROL_WINDOW_MS = 10_000
/** Of one session, all that Node and nghttp2 keep for it. */
export const SESSION_MEMORY_MB = 10

/** How long the door waits. Tests wait less. */
export interface Waits {
  /** From the first byte of a head to its last; from the connection to the first head, and through the handshake of TLS. */
  readonly headMs: number
  /** How often Node looks at that. */
  readonly checkMs: number
  /** An idle connection; longer than most clients keep theirs, so that it is they who close. */
  readonly idleMs: number
  /** From the first byte of a body that is judged whole to its last. */
  readonly wholeBodyMs: number
  /** Between two pieces of a body that goes on as it comes. */
  readonly bodyIdleMs: number
  /** A client that takes nothing of its answer for so long is cut, and the target with it. */
  readonly stalledClientMs: number
  /** A client that was refused on a socket and does not hang up itself. */
  readonly refusedLingerMs: number
}

export const WAITS: Waits = {
  headMs: 10_000,
  checkMs: 2_000,
  idleMs: 65_000,
  wholeBodyMs: 30_000,
  bodyIdleMs: 30_000,
  stalledClientMs: 60_000,
  refusedLingerMs: 1_000,
}

/** What `Retry-After` says. People take longer than machines. */
export const RETRY_HELD_S = 15
export const RETRY_UNAVAILABLE_S = 5
export const RETRY_RATE_LIMITED_S = 10
/** Tunnels that are open or wait to be, of everybody and of one agent: each is a connection at a target as well, for as long as it likes. */
export const TUNNELS_LIMIT = 512
export const TUNNELS_OF_ONE_LIMIT = 16
