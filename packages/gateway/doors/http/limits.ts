/** Request line and headers together. */
export const HEAD_LIMIT_BYTES: number = 16 * 1024
/** From the first byte of a head to its last. */
export const HEAD_TIMEOUT_MS = 10_000
/** How often that is looked at. */
export const TIMEOUT_CHECK_MS = 2_000
/** An idle connection; longer than most clients keep theirs, so that it is they who close. */
export const IDLE_TIMEOUT_MS = 65_000
/** A client that takes nothing of its answer for so long is cut, and the target with it. */
export const STALLED_CLIENT_MS = 60_000
export const CONNECTIONS_LIMIT = 4096
/** A body of at most so many bytes is part of what is judged, shown and digested. */
export const WHOLE_BODY_LIMIT_BYTES: number = 1024 * 1024
/** From the first byte of such a body to its last. */
export const WHOLE_BODY_MS = 30_000
/** A larger one goes on as it comes, where policy allows its head; no body is larger than this. */
export const STREAMED_BODY_LIMIT_BYTES: number = 1024 * 1024 * 1024
/** Between two pieces of a body that goes on as it comes. */
export const BODY_IDLE_MS = 30_000
/** Bodies in memory, of everybody and of one agent: what is held waits with its body. */
export const BODIES_LIMIT_BYTES: number = 256 * 1024 * 1024
export const BODIES_OF_ONE_LIMIT_BYTES: number = 64 * 1024 * 1024
/** A client that was refused on a socket and does not hang up itself. */
export const REFUSED_LINGER_MS = 1_000
/** Requests that one connection may have waiting behind the one that runs. With more it is ended. */
export const PIPELINE_LIMIT = 32
export const REASON_LIMIT_CHARS = 500
/** Run, model, session, `Idempotency-Key`. */
export const LABEL_LIMIT_CHARS = 128

/** What `Retry-After` says. People take longer than machines. */
export const RETRY_HELD_S = 15
export const RETRY_UNAVAILABLE_S = 5
export const RETRY_RATE_LIMITED_S = 10
