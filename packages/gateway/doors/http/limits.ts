/** Request line and headers together. */
export const HEAD_LIMIT_BYTES: number = 16 * 1024
/** From the first byte of a head to its last. */
export const HEAD_TIMEOUT_MS = 10_000
/** Of a whole request; it has no body in this build. */
export const REQUEST_TIMEOUT_MS = 15_000
/** How often the two above are looked at. */
export const TIMEOUT_CHECK_MS = 2_000
/** An idle connection; longer than most clients keep theirs, so that it is they who close. */
export const IDLE_TIMEOUT_MS = 65_000
/** A client that takes nothing of its answer for so long is cut, and the target with it. */
export const STALLED_CLIENT_MS = 60_000
export const CONNECTIONS_LIMIT = 4096
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
