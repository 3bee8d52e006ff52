import type { SentBody } from '@sallyport/core/lifecycle/life'
import type { Answer } from '../guard/answer.ts'
import type { Content } from '../guard/content.ts'
import type { Permit } from '../guard/permit.ts'

/** One resource's inner door. */
export interface Upstream {
  /**
   * Spends the permit on exactly these bytes (the canonical action), then sends what they say, and the content that they
   * name, with the resource's own credential. Resolves when the head of the answer is there. It rejects with an `UpstreamFailure`, which says whether the
   * upstream may have seen anything. Aborting `signal` cuts the connection.
   */
  send(permit: Permit, canonical: Uint8Array, content: Content, signal: AbortSignal): Promise<Answer>
  /** Whether the target answers at all, by a connection that sends no byte of a client: a probe, for `doctor` and health. */
  reachable(): Promise<boolean>
  close(): Promise<void>
}

/** The upstream gave no answer. `sent` false: not one byte of the request can have reached it. */
export class UpstreamFailure extends Error {
  readonly sent: boolean
  /** As much of a streamed body as went up. */
  readonly body: SentBody | null
  constructor(message: string, sent: boolean, cause: unknown, body: SentBody | null = null) {
    super(message, { cause })
    this.sent = sent
    this.body = body
  }
}
