import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Header } from '@sallyport/describe/http/headers'
import type { Dispatcher } from 'undici'
import type { Outcome } from '../../guard/answer.ts'
import { UpstreamFailure } from '../upstream.ts'
import { Flow } from './flow.ts'
import { ANSWER_BUFFER_BYTES, INTERIM_ANSWERS_LIMIT } from './limits.ts'
import type { Outgoing } from './outgoing.ts'

/** The head of an answer as it came, and its body as it comes. */
export interface Received {
  readonly status: number
  /** Names in lower case. */
  readonly headers: readonly Header[]
  /** Leaving it before its end cuts the connection. */
  readonly body: Flow
  /** What followed the body, once it has ended. */
  readonly trailers: () => readonly Header[]
  /** Resolves when the target has said everything, or when the exchange broke; whoever reads the body need not be done. */
  readonly outcome: Promise<Outcome>
}

/** Takes the connection when the target turns it into something else (101). */
export type Switched = (headers: readonly Header[], socket: Duplex) => void

/**
 * One request and its answer. It is never tried twice. Rejects with an `UpstreamFailure` that knows whether undici had begun
 * to write: before that nothing can have reached the target. It stays without an answer where `switched` takes the connection.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  outgoing: Outgoing,
  signal: AbortSignal,
  switched: Switched | null = null,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const handler = new Exchange(outgoing, resolve, reject, switched)
    const cut = (): void => handler.cut()
    signal.addEventListener('abort', cut, { once: true })
    void handler.outcome.then(() => signal.removeEventListener('abort', cut))
    if (signal.aborted) cut()
    else handler.dispatch(dispatcher, request)
  })
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<Outcome>
  readonly #outgoing: Outgoing
  readonly #resolve: (received: Received) => void
  readonly #reject: (failure: UpstreamFailure) => void
  readonly #body: Flow
  readonly #switched: Switched | null
  #settle: (outcome: Outcome) => void = () => {}
  #controller: Dispatcher.DispatchController | null = null
  #isQueued = false
  #begun = false
  #isCut = false
  #interims = 0
  #status = 0
  #bytes = 0

  constructor(
    outgoing: Outgoing,
    resolve: (received: Received) => void,
    reject: (failure: UpstreamFailure) => void,
    switched: Switched | null,
  ) {
    this.#outgoing = outgoing
    this.#switched = switched
    this.#resolve = resolve
    this.#reject = reject
    this.outcome = new Promise((settle) => {
      this.#settle = settle
    })
    this.#body = new Flow(
      ANSWER_BUFFER_BYTES,
      () => this.#controller?.resume(),
      () => this.cut(),
    )
  }

  /**
   * Ends it from our side. While it waits for a connection its body is in undici's queue, which forgets nobody: until it
   * leaves that, it is not over for whoever counts what is in memory.
   */
  cut(): void {
    this.#isCut = true
    const cause = new Error('the exchange was cut')
    if (this.#controller !== null) this.#controller.abort(cause)
    else if (!this.#isQueued) this.onResponseError(null, cause)
  }

  dispatch(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): void {
    this.#isQueued = true
    try {
      dispatcher.dispatch(request, this)
    } catch (cause) {
      this.onResponseError(null, cause)
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It waited for a connection while the client went away.
    if (this.#isCut) controller.abort(new Error('the exchange was cut'))
    else this.#begun = true
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _: IncomingHttpHeaders,
    socket: Duplex,
  ): void {
    if (this.#switched === null) {
      socket.destroy()
      return this.onResponseError(null, new Error('the target switched protocols unasked'))
    }
    this.#settle({ kind: 'succeeded', answer: { status, bytes: 0 }, body: null })
    this.#switched(headersOf(controller.rawHeaders), socket)
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // RFC 9110, 15.2: an interim answer is not the answer, however many of them come.
    if (status >= 100 && status < 200 && ++this.#interims <= INTERIM_ANSWERS_LIMIT) return
    if (status < 200 || status > 599) return controller.abort(new Error('this is no answer of HTTP'))
    this.#status = status
    this.#resolve({
      status,
      headers: headersOf(controller.rawHeaders),
      body: this.#body,
      trailers: () => headersOf(controller.rawTrailers),
      outcome: this.outcome,
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (!this.#body.push(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    const answer = { status: this.#status, bytes: this.#bytes }
    this.#settle({ kind: 'succeeded', answer, body: this.#outgoing.sent() })
    this.#body.end()
  }

  onResponseError(_: unknown, cause: unknown): void {
    const body = this.#outgoing.sent()
    this.#settle({ kind: this.#begun ? 'unknown' : 'failed', answer: null, body })
    this.#reject(new UpstreamFailure('the target gave no whole answer', this.#begun, cause, body))
    this.#body.break(new Error('the answer broke off', { cause }))
  }
}

/** From name and value by turns, as bytes or as text, which is Latin-1 in HTTP. Names in lower case. */
function headersOf(raw: Dispatcher.DispatchController['rawHeaders'] | undefined): readonly Header[] {
  if (!Array.isArray(raw)) return []
  const textAt = (at: number): string => {
    const part = raw[at] ?? ''
    return typeof part === 'string' ? part : part.toString('latin1')
  }
  const headers: Header[] = []
  for (let at = 0; at < raw.length; at += 2) headers.push([textAt(at).toLowerCase(), textAt(at + 1)])
  return headers
}
