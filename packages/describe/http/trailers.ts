import { answerHeaders, type Header } from './headers.ts'

/**
 * RFC 9110, 6.5.1: what says where a message ends, where it goes, who asks or how its content is to be read has to be known
 * before the content, and is never merged from behind it.
 */
const ONLY_BEFORE: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expires',
  'host',
  'location',
  'max-forwards',
  'range',
  'retry-after',
  'vary',
  'warning',
  'www-authenticate',
])

/** Those of the trailers which a head announces that may go on, in lower case. */
export function announcedTrailers(head: readonly Header[]): readonly string[] {
  const said = head.filter(([name]) => name.toLowerCase() === 'trailer')
  if (said.length === 0) return []
  const names = said.flatMap(([, value]) => value.split(',')).map((name): Header => [name.trim(), ''])
  const allowed = answerHeaders(names).map(([name]) => name)
  return [...new Set(allowed)].filter((name) => name !== '' && !ONLY_BEFORE.has(name))
}

/** Whether a client can do something with trailers (RFC 9110, 10.1.4). */
export function takesTrailers(te: readonly string[] = []): boolean {
  return te.flatMap((value) => value.split(',')).some((one) => one.trim().toLowerCase() === 'trailers')
}
