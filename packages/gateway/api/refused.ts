import type { Refusal } from '@sallyport/core/refusal/refusal'

/**
 * Carries a refusal out of a handler to the one place that spells it as a problem document. Thrown in this folder and in
 * `page/` only: what handlers call answers with unions. `path` is where a person finds what they have to open.
 */
export class Refused extends Error {
  readonly refusal: Refusal
  readonly path: string | undefined
  constructor(refusal: Refusal, path?: string) {
    super(refusal.code)
    this.refusal = refusal
    this.path = path
  }
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'refusal'
}

/** The value, or out with its refusal. */
export function settled<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Refused(value)
  return value
}
