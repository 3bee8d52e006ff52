import { redactText } from '@sallyport/core/redact/redact'
import type { Redacted } from '@sallyport/core/redact/redacted'

/** One line a call. What happened is redacted text; of a cause only its kind: messages quote what they failed on. */
export type Log = (event: Redacted, cause?: unknown) => void

const KIND_LIMIT_CHARS = 80

/** JSON lines, to be read by whatever collects them. */
export function openLog(write: (line: string) => void, now: () => number): Log {
  return (event, cause) => {
    const kind = cause === undefined ? {} : { cause: kindOf(cause) }
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), event, ...kind })}\n`)
  }
}

function kindOf(cause: unknown): Redacted {
  const { name, code } =
    cause instanceof Error
      ? (cause as Error & { readonly code?: unknown })
      : { name: typeof cause, code: undefined }
  return redactText(typeof code === 'string' ? `${name} ${code}` : name, KIND_LIMIT_CHARS)
}
