import { Readable } from 'node:stream'
import { PROBLEM_TYPE, problemOf } from '@sallyport/contract/problem'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { answerHeaders, type Header } from '@sallyport/describe/http/headers'
import type { HttpMessage } from '@sallyport/describe/http/message'
import type { Answer } from '../../guard/answer.ts'
import type { Permit } from '../../guard/permit.ts'
import type { Received } from './exchange.ts'
import type { Veil } from './veil.ts'

/** What the client may see of what came: no credential of the target, and nothing that nobody could look into. */
export function answerOf(received: Received, { method }: HttpMessage, veil: Veil, permit: Permit): Answer {
  const { status, headers, body, outcome } = received
  const empty = method === 'HEAD' || status === 204 || status === 304
  if (!empty && isEncoded(headers)) {
    body.destroy()
    return withheld(status, permit)
  }
  return {
    kind: 'http',
    status,
    headers: answerHeaders(headers).map(([name, value]) => [name, veil.text(value)]),
    body: veiled(body, veil),
    outcome,
  }
}

async function* veiled(body: AsyncIterable<Uint8Array>, veil: Veil): AsyncGenerator<Uint8Array> {
  const stream = veil.stream()
  for await (const chunk of body) {
    const shown = stream.push(chunk)
    if (shown.length > 0) yield shown
  }
  const rest = stream.end()
  if (rest.length > 0) yield rest
}

/** Compressed although we asked for `identity`: nobody could find a credential in it, or later mask anything. */
function isEncoded(headers: readonly Header[]): boolean {
  const said = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value.trim().toLowerCase())
  return (
    said('content-encoding').some((value) => value !== 'identity' && value !== '') ||
    said('transfer-encoding').some((value) => value !== 'chunked')
  )
}

/** It ran, and the record says so; the client hears that it must not simply try again. */
function withheld(status: number, { action }: Permit): Answer {
  const problem = problemOf(
    refusal(
      'unknown-outcome',
      safe`the target answered with status ${status}, in an encoding that it was not asked for; the content was withheld`,
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
    outcome: Promise.resolve({ kind: 'succeeded', answer: { status, bytes: 0 } }),
  }
}
