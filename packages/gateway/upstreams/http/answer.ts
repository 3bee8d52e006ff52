import { Readable } from 'node:stream'
import { PROBLEM_TYPE, problemOf } from '@sallyport/contract/problem'
import type { AnswerSize } from '@sallyport/core/lifecycle/life'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Cap, CapInForce } from '@sallyport/describe/http/cap'
import { answerHeaders, type Header } from '@sallyport/describe/http/headers'
import { type Crossing, meterOf, tooManyBytes } from '@sallyport/describe/http/meter'
import { announcedTrailers } from '@sallyport/describe/http/trailers'
import type { Answer, Trailers } from '../../guard/answer.ts'
import type { Permit } from '../../guard/permit.ts'
import { UpstreamFailure } from '../upstream.ts'
import { contentOf } from './content.ts'
import { Crossed } from './crossed.ts'
import type { Received } from './exchange.ts'
import { heldBack } from './held-back.ts'
import { type Coding, codingOf, opened, openedHeaders } from './opened.ts'
import { ALL_VEILED, NO_VEIL, type Veil } from './veil.ts'

/** What the answer to one message may be. */
export interface Allowance {
  readonly method: string
  readonly veil: Veil
  readonly capped: CapInForce
  /** Whether the target may have changed something. */
  readonly changes: boolean
}

/** What the client may see of what came: no credential of the target, no more than its cap, and nothing that nobody could look into. */
export async function answerOf(
  received: Received,
  allowance: Allowance,
  permit: Permit,
  signal: AbortSignal,
): Promise<Answer> {
  const { status, headers, body } = received
  const { method, veil, capped } = allowance
  const empty = method === 'HEAD' || status === 204 || status === 205 || status === 304
  const coding = codingOf(headers)
  const opaque = opaqueness(received, empty ? 'none' : coding, empty ? NO_VEIL : veil)
  if (opaque !== undefined) return withheld(received, opaque, permit)
  const isOpened = coding !== 'none' && coding !== 'unknown'
  const meter = empty
    ? null
    : meterOf(capped.cap, capped.fields, capped.countable ? countableType(received) : null)
  const source = empty || !isOpened ? body : opened(body, coding)
  const content = contentOf(source, received, meter, status === 205 ? ALL_VEILED : veil, signal)
  const shown = shownHeaders(headers, isOpened, veil)
  const trailers = empty ? undefined : shownTrailers(received, isOpened, veil)
  const answer: Answer = {
    kind: 'http',
    status,
    // RFC 9110, 8.6 and 15.3.6: a client that believed in the length of a 204 or 205 would wait for it.
    headers: status === 204 || status === 205 ? shown.filter(([name]) => name !== 'content-length') : shown,
    ...content,
    ...(trailers === undefined ? {} : { trailers }),
  }
  if (meter === null) return answer
  const announced = crossedAhead(received, isOpened, capped.cap)
  if (announced !== undefined) return exportCap(received, announced, allowance, permit)
  try {
    return { ...answer, body: await heldBack(content.body) }
  } catch (cause) {
    if (cause instanceof Crossed) return exportCap(received, cause.crossing, allowance, permit)
    body.leave()
    const sent = await received.outcome
    throw new UpstreamFailure('the target gave no whole answer', true, cause, sent.body)
  }
}

/** Null where its items are not all here: a piece has no head line, and begins in the middle. */
function countableType({ status, headers }: Received): string | null {
  const [type, ...others] = said(headers, 'content-type')
  return type === undefined || others.length > 0 || status === 206 ? null : type
}

/** What its length says before any of it has come. */
function crossedAhead({ headers }: Received, isOpened: boolean, { bytes }: Cap): Crossing | undefined {
  const [length = '0'] = said(headers, 'content-length')
  return !isOpened && bytes !== null && Number(length) > bytes ? tooManyBytes(bytes) : undefined
}

/** None of it goes on. A change must not be sent again for the sake of its answer. */
function exportCap(
  received: Received,
  { by, says }: Crossing,
  { changes }: Allowance,
  permit: Permit,
): Answer {
  const { status } = received
  const detail = changes
    ? safe`it ran, and the target answered with status ${status}; the answer ${says}, and was withheld`
    : safe`the answer ${says}, and none of it was handed over; ask for less, or for more of it: \`Sallyport-Cap: bytes=…, items=…, classes=…\``
  return problemAnswer(refusal('export-cap', detail, permit.action), { status, bytes: 0, cut: by }, received)
}

/**
 * A digest is of other bytes once the content was opened, or may be where something is veiled: it would call a good answer
 * forged, and confirm a guess at the credential. HEAD says what GET would.
 */
const DIGESTS: ReadonlySet<string> = new Set(['content-digest', 'content-md5', 'digest', 'repr-digest'])

/** Only those that were announced: what nobody was told of nobody waits for. */
function shownTrailers({ headers, trailers }: Received, isOpened: boolean, veil: Veil): Trailers | undefined {
  const announced = announcedTrailers(headers).map((name): Header => [name, ''])
  if (announced.length === 0) return undefined
  const names = shownHeaders(announced, isOpened, veil).map(([name]) => name)
  return {
    names,
    read: () => shownHeaders(trailers(), isOpened, veil).filter(([name]) => names.includes(name)),
  }
}

function shownHeaders(raw: readonly Header[], isOpened: boolean, veil: Veil): readonly Header[] {
  const all = answerHeaders(raw)
  if (!isOpened && veil === NO_VEIL) return all
  const headers = all.filter(([name]) => !DIGESTS.has(name))
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

/** Ahead of `=` the word stands once: else a long row of it would be read again from each. */
const CHARSET = /charset(?:(?!charset)[^=;,])*=\s*"?([^\s;,"]*)/g
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
  return headers.filter(([name]) => name === wanted).map(([, value]) => value.trim().toLowerCase())
}

/** It ran, and the record says so; the client hears that it must not simply try again. */
function withheld(received: Received, how: Redacted, { action }: Permit): Answer {
  const { status } = received
  const detail = safe`the target answered with status ${status}, ${how}; the content was withheld`
  return problemAnswer(refusal('unknown-outcome', detail, action), { status, bytes: 0 }, received)
}

/** Instead of what came, of which no more is read. */
function problemAnswer(why: Refusal, answer: AnswerSize, received: Received): Answer {
  received.body.leave()
  const problem = problemOf(why)
  const body = Buffer.from(JSON.stringify(problem))
  return {
    kind: 'http',
    status: problem.status,
    headers: [
      ['content-type', PROBLEM_TYPE],
      ['content-length', String(body.length)],
    ],
    body: Readable.from([body]),
    outcome: received.outcome.then(({ body }) => ({ kind: 'succeeded', answer, body })),
  }
}
