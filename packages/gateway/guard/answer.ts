import type { AnswerSize, SentBody } from '@sallyport/core/lifecycle/life'

/** What came back from the upstream, not yet with the client. The guard looks at `outcome` only; the door at the rest. */
export type Answer = HttpAnswer

export interface HttpAnswer {
  readonly kind: 'http'
  readonly status: number
  /** As received, hop-by-hop headers taken out. Names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: AsyncIterable<Uint8Array>
  readonly trailers?: Trailers
  /**
   * Resolves once the body has ended or broken, never rejects. `failed` only where the upstream surely did nothing (it was
   * never reached); whatever may have been seen and gave no whole answer is `unknown`.
   */
  readonly outcome: Promise<Outcome>
}

/** What follows the body. */
export interface Trailers {
  /** What was announced, and may go on. */
  readonly names: readonly string[]
  /** Those that came, once the body has ended. */
  readonly read: () => readonly (readonly [string, string])[]
}

export interface Outcome {
  readonly kind: 'succeeded' | 'failed' | 'unknown'
  readonly answer: AnswerSize | null
  /** What went up under a `stream` permit; null where the digest covers all that did. */
  readonly body: SentBody | null
}
