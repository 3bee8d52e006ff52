import type { Parameter } from '@sallyport/core/redact/redact'

/** What a body says, once for facts and once for people. */
export interface Fields {
  /** As facts have them: sorted, without repetition. */
  readonly keys: readonly string[]
  /** False where a target may read another key than stands here. */
  readonly known: boolean
  /** A target may take the method from it. */
  readonly setsMethod: boolean
  readonly shown: readonly Parameter[]
}
