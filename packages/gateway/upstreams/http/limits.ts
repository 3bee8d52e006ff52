/** Name resolution, TCP and TLS. */
export const CONNECT_TIMEOUT_MS = 10_000
/** From the last byte of the request to the head of the answer. */
export const HEADERS_TIMEOUT_MS = 60_000
/** Between two pieces of the answer's body. */
export const BODY_IDLE_TIMEOUT_MS = 60_000
/** An idle connection is given up before most servers do: on one that they closed first, a read would end as `unknown`. */
export const IDLE_CONNECTION_MS = 3_000
/** To one target. More wait for a free one. */
export const CONNECTIONS_LIMIT = 128
export const ANSWER_HEADERS_LIMIT_BYTES: number = 16 * 1024
/** Interim answers (1xx) before the answer itself. */
export const INTERIM_ANSWERS_LIMIT = 16
/** Of one answer, read from the target and not yet taken by the client. */
export const ANSWER_BUFFER_BYTES: number = 64 * 1024
/** Of an answer that has a cap, before any of it is handed over. */
export const HOLD_BACK_BYTES: number = 256 * 1024
/** RFC 9659: no content for the web needs a larger window. A decoder takes as much memory as the target names. */
export const OPENED_WINDOW_LOG2 = 23
/** So much of a compressed answer is opened however small it was. */
export const OPENED_FREE_BYTES: number = 16 * 1024 * 1024
/** Plain bytes to one compressed. Long logs and tables come to some dozens, and only a bomb to a thousand. */
export const OPENED_RATIO_LIMIT = 200
/** Of a token that says who calls: longer than a connection takes to be made, shorter than anybody needs to pass it on. */
export const IDENTITY_LIFE_S = 60
/** Of callers of one resource within half of that. The oldest is made anew when there are more. */
export const IDENTITY_TOKENS_LIMIT = 10_000
export const IDENTITY_TOKEN_ID_BYTES = 16
/** A tunnel in which neither side says anything. Clients that want to keep one ask for a pong. */
export const TUNNEL_IDLE_MS = 300_000
/** From its opening, whatever goes on in it: who was asked about it said yes to this long at most. */
export const TUNNEL_LONGEST_MS = 3_600_000
/** From the end of what the client says to the end of what the target says. */
export const TUNNEL_END_MS = 5_000
/** Heads of frames that wait while the bytes before them may be the beginning of a credential. */
export const PENDING_FRAMES_LIMIT = 256
