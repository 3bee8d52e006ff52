import { Readable } from 'node:stream'
import { PROBLEM_TYPE, problemOf } from '@sallyport/contract/problem'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { answerHeaders, type Header } from '@sallyport/describe/http/headers'
import type { HttpMessage } from '@sallyport/describe/http/message'
import { announcedTrailers } from '@sallyport/describe/http/trailers'
import type { Answer, Trailers } from '../../guard/answer.ts'
import type { Permit } from '../../guard/permit.ts'
import { contentOf } from './content.ts'
import type { Received } from './exchange.ts'
import { type Coding, codingOf, opened, openedHeaders } from './opened.ts'
import { NO_VEIL, type Veil } from './veil.ts'

/** What the client may see of what came: no credential of the target, and nothing that nobody could look into. */
export function answerOf(
  received: Received,
  { method }: HttpMessage,
  veil: Veil,
  permit: Permit,
  signal: AbortSignal,
): Answer {
  const { status, headers, body } = received
  const empty = method === 'HEAD' || status === 204 || status === 304
  const coding = codingOf(headers)
  const opaque = opaqueness(received, empty ? 'none' : coding, empty ? NO_VEIL : veil)
  if (opaque !== undefined) {
    body.destroy()
    return withheld(status, opaque, permit)
  }
  const isOpened = coding !== 'none' && coding !== 'unknown'
  const content = empty || !isOpened ? body : opened(body, coding)
  return {
    kind: 'http',
    status,
    // RFC 9110, 8.6: a client that believed in the length of a 204 would wait for it.
    headers: shownHeaders(headers, isOpened, veil).filter(
      ([name]) => status !== 204 || name !== 'content-length',
    ),
    ...contentOf(content, received, veil, signal),
    ...(empty ? {} : { trailers: shownTrailers(received, isOpened, veil) }),
  }
}

/**
 * A digest is of other bytes once the content was opened, or may be where something is veiled: it would call a good answer
 * forged, and confirm a guess at the credential. HEAD says what GET would.
 */
const DIGESTS: ReadonlySet<string> = new Set(['content-digest', 'content-md5', 'digest', 'repr-digest'])

/** Only those that were announced: what nobody was told of nobody waits for. */
function shownTrailers({ headers, trailers }: Received, isOpened: boolean, veil: Veil): Trailers {
  const names = shownHeaders(
    announcedTrailers(headers).map((name) => [name, '']),
    isOpened,
    veil,
  ).map(([name]) => name)
  return {
    names,
    read: () => shownHeaders(trailers(), isOpened, veil).filter(([name]) => names.includes(name)),
  }
}

function shownHeaders(raw: readonly Header[], isOpened: boolean, veil: Veil): readonly Header[] {
  const sameBytes = !isOpened && veil === NO_VEIL
  const headers = answerHeaders(raw).filter(([name]) => sameBytes || !DIGESTS.has(name))
  return (isOpened ? openedHeaders(headers) : headers)
    .filter(([name]) => veil.text(name) === name)
    .map(([name, value]) => [name, veil.text(value)])
}

/** Why nobody could find a credential in it, or later mask anything. */
function opaqueness(
  { status, headers }: Received,
  coding: Coding | 'none' | 'unknown',
  veil: Veil,
): Redacted | undefined {
  if (coding === 'unknown' || said(headers, 'transfer-encoding').some((value) => value !== 'chunked'))
    return safe`in an encoding that it was not asked for`
  if (coding === 'none' && veil === NO_VEIL) return undefined
  // Of which a client could ask for as small ones as it likes.
  if (status === 206 || said(headers, 'content-type').some((type) => type.startsWith('multipart/byteranges')))
    return safe`in pieces that it was not asked for`
  return veil === NO_VEIL || said(headers, 'content-type').every(isLikeAscii)
    ? undefined
    : safe`in a character set that it was not asked for`
}

const CHARSET = /charset[^=;,]*=\s*"?([^\s;,"]*)/g
/** Of the encodings that the web knows, only these spell ASCII with other bytes. */
const UNLIKE_ASCII: ReadonlySet<string> = new Set(['utf-16le', 'utf-16be', 'iso-2022-jp', 'replacement'])

function isLikeAscii(contentType: string): boolean {
  return [...contentType.matchAll(CHARSET)].every(([, label]) => {
    try {
      return !UNLIKE_ASCII.has(new TextDecoder(label).encoding)
    } catch {
      return false
    }
  })
}

function said(headers: readonly Header[], wanted: string): readonly string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value.trim().toLowerCase())
}

/** It ran, and the record says so; the client hears that it must not simply try again. */
function withheld(status: number, how: Redacted, { action }: Permit): Answer {
  const problem = problemOf(
    refusal(
      'unknown-outcome',
      safe`the target answered with status ${status}, ${how}; the content was withheld`,
      action,
    ),
  )
  const body = Buffer.from(JSON.stringify(problem))
  return {
    kind: 'http',
    status: problem.status,
    headers: [
      ['content-type', PROBLEM_TYPE],
      ['content-length', String(body.length)],
    ],
    body: Readable.from([body]),
    outcome: Promise.resolve({ kind: 'succeeded', answer: { status, bytes: 0 }, body: null }),
  }
}
