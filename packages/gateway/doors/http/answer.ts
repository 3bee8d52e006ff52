import type { Writable } from 'node:stream'
import type { ActionId } from '@sallyport/core/action/ids'
import { takesTrailers } from '@sallyport/describe/http/trailers'
import type { Answer, Trailers } from '../../guard/answer.ts'
import type { Durable } from '../../store/durable.ts'
import { cut, flushHead, headersOf, isGone, type Outgoing, writeHead, writeTrailers } from './exchange.ts'

/** Hands the answer to the client, as fast as the client takes it. The proof is not looked at: to have one is enough (law 5). */
export async function writeAnswer(
  response: Outgoing,
  answer: Answer,
  action: ActionId,
  _recorded: Durable,
  stalledClientMs: number,
): Promise<void> {
  const trailers = takenTrailers(response, answer)
  const announced = trailers === undefined ? [] : ['Trailer', trailers.names.join(', ')]
  const head = [...answer.headers.flat(), ...announced, 'Sallyport-Action', action]
  writeHead(response, answer.status, head, trailers !== undefined)
  // A head goes with the first piece of its content where that is here already, and does not wait for one that is not.
  const alone = setImmediate(() => flushHead(response, head))
  const sink: Writable = response
  try {
    for await (const chunk of answer.body) {
      clearImmediate(alone)
      if (!sink.write(chunk)) await taken(response, stalledClientMs)
      if (isGone(response)) return
    }
    if (trailers !== undefined) writeTrailers(response, trailers.read())
    clearImmediate(alone)
    response.end()
  } catch {
    clearImmediate(alone)
    flushHead(response, head)
    // A client must not take half an answer for a whole one: without an end it sees that it broke.
    cut(response)
  }
}

/** RFC 9112, 7.1.2: they stand behind the last chunk, so that in HTTP/1.1 only a chunked content has any. */
function takenTrailers({ req }: Outgoing, { headers, trailers }: Answer): Trailers | undefined {
  if (trailers === undefined || trailers.names.length === 0) return undefined
  const isChunked = req.httpVersion === '1.1' && headers.every(([name]) => name !== 'content-length')
  const hasPlace = isChunked || req.httpVersion === '2.0'
  const te = headersOf(req.rawHeaders).filter(([name]) => name === 'te')
  return hasPlace && takesTrailers(te.map(([, value]) => value)) ? trailers : undefined
}

/** The client asked for a handle, and this is it. */
export function writeHandle(response: Outgoing, action: ActionId, consoleUrl: string): void {
  const location = `${consoleUrl.replace(/\/$/, '')}/v1/actions/${action}`
  const body = JSON.stringify({ action, location })
  const headers = [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Cache-Control', 'no-store'],
    ['Preference-Applied', 'respond-async'],
    ['Sallyport-Action', action],
    ['Location', location],
  ]
  writeHead(response, 202, headers.flat())
  response.end(body)
}

/** Resolves when the client took what was written, or is gone: one that takes nothing is sent away. */
function taken(response: Outgoing, stalledClientMs: number): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => cut(response), stalledClientMs)
    const done = (): void => {
      clearTimeout(patience)
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
    if (isGone(response)) done()
  })
}
