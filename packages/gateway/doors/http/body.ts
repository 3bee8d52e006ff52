import { hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { HttpBody } from '@sallyport/describe/http/message'
import type { Content } from '../../guard/content.ts'
import { hasEnded, type Incoming } from './exchange.ts'
import { STREAMED_BODY_LIMIT_BYTES, type Waits, WHOLE_BODY_LIMIT_BYTES } from './limits.ts'

/** Where a body ends: by its length, or where its sender says so, with a last chunk or a last frame. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'open' }

/** A body as the message names it, and as it goes on. */
export interface Body {
  readonly kind: 'body'
  readonly named: HttpBody | null
  readonly content: Content
}

const NOTHING: Body = { kind: 'body', named: null, content: { kind: 'none' } }
const TRAILERS = safe`trailers are not carried; send them as headers`
const TOO_SLOW = safe`the body came too slowly`

/**
 * The body of a request. What fits in `WHOLE_BODY_LIMIT_BYTES` is read to its end before anything is judged, since it is part
 * of what is judged. What does not is handed on as it comes, after the verdict on its head.
 */
export async function readBody(
  incoming: Incoming,
  framing: Framing,
  { wholeBodyMs, bodyIdleMs }: Waits,
): Promise<Body | Refusal> {
  if (framing.kind === 'none') return NOTHING
  const length = framing.kind === 'length' ? framing.bytes : null
  if (length === 0) return NOTHING
  if (length !== null && length > STREAMED_BODY_LIMIT_BYTES)
    return refusal('too-large', safe`a body has at most ${STREAMED_BODY_LIMIT_BYTES} bytes`)
  if (length !== null && length > WHOLE_BODY_LIMIT_BYTES) return streamed(incoming, [], length, bodyIdleMs)
  const read = await gather(incoming, wholeBodyMs)
  switch (read.kind) {
    case 'refusal':
      return read
    case 'more':
      return streamed(incoming, read.chunks, length, bodyIdleMs)
    case 'end':
      return incoming.rawTrailers.length > 0 ? refusal('malformed', TRAILERS) : whole(read.chunks)
  }
}

function whole(chunks: readonly Uint8Array[]): Body {
  const [first = new Uint8Array(), ...others] = chunks
  const bytes = others.length === 0 ? first : Buffer.concat(chunks)
  if (bytes.length === 0) return NOTHING
  return {
    kind: 'body',
    named: { kind: 'whole', bytes: bytes.length, sha256: hash('sha256', bytes) },
    content: { kind: 'whole', bytes },
  }
}

function streamed(
  incoming: Incoming,
  read: readonly Uint8Array[],
  bytes: number | null,
  idleMs: number,
): Body {
  return {
    kind: 'body',
    named: { kind: 'streamed', bytes },
    content: { kind: 'stream', chunks: rest(incoming, read, idleMs) },
  }
}

type Gathered =
  | { readonly kind: 'end'; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'more'; readonly chunks: readonly Uint8Array[] }
  | Refusal

/** Reads to the end, or until there is more than is kept. A client that dawdles or leaves keeps nobody's memory. */
function gather(incoming: Incoming, limitMs: number): Promise<Gathered> {
  const body: Readable = incoming
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    const deadline = setTimeout(() => done(refusal('malformed', TOO_SLOW)), limitMs)
    const onData = (chunk: Uint8Array): void => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > WHOLE_BODY_LIMIT_BYTES) done({ kind: 'more', chunks })
    }
    const onEnd = (): void => (hasEnded(incoming) ? done({ kind: 'end', chunks }) : onClose())
    const onClose = (): void => done(refusal('withdrawn', safe`the client left before its request ended`))
    const done = (gathered: Gathered): void => {
      clearTimeout(deadline)
      body.pause()
      body.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      resolve(gathered)
    }
    body.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}

/** What was read already and what still comes. It throws where the body does not end as it must, so that the target sees no end. */
async function* rest(
  incoming: Incoming,
  read: readonly Uint8Array[],
  idleMs: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  const within = (chunk: Uint8Array): Uint8Array => {
    bytes += chunk.length
    if (bytes > STREAMED_BODY_LIMIT_BYTES) throw new Error('the body is larger than a body may be')
    return chunk
  }
  for (const chunk of read) yield within(chunk)
  const waited = () => setTimeout(() => incoming.destroy(new Error(TOO_SLOW)), idleMs)
  let patience = waited()
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      // While the target takes its time with this piece, the client is not the one who dawdles.
      clearTimeout(patience)
      yield within(chunk as Uint8Array)
      patience = waited()
    }
  } finally {
    clearTimeout(patience)
  }
  if (!hasEnded(incoming) || incoming.rawTrailers.length > 0) throw new Error('the body did not end well')
}

/** The one framing of a request, from the two headers that say it, or why there is doubt. */
export function framingOf(length: string | undefined, encoding: string | undefined): Framing | Redacted {
  if (encoding !== undefined) {
    if (length !== undefined) return safe`two framings; send \`Content-Length\` or \`Transfer-Encoding\``
    return encoding.toLowerCase() === 'chunked'
      ? { kind: 'open' }
      : safe`the only transfer encoding is \`chunked\``
  }
  if (length === undefined) return { kind: 'none' }
  return /^[0-9]{1,15}$/.test(length)
    ? { kind: 'length', bytes: Number(length) }
    : safe`the length is no number`
}
