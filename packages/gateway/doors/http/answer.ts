import type { ServerResponse } from 'node:http'
import type { ActionId } from '@sallyport/core/action/ids'
import { takesTrailers } from '@sallyport/describe/http/trailers'
import type { Answer, Trailers } from '../../guard/answer.ts'
import type { Durable } from '../../store/durable.ts'
import { STALLED_CLIENT_MS } from './limits.ts'

/** Hands the answer to the client, as fast as the client takes it. The proof is not looked at: to have one is enough (law 5). */
export async function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  action: ActionId,
  _recorded: Durable,
): Promise<void> {
  const trailers = takenTrailers(response, answer)
  const announced = trailers === undefined ? [] : ['Trailer', trailers.names.join(', ')]
  const head = [...answer.headers.flat(), ...announced, 'Sallyport-Action', action]
  response.writeHead(answer.status, head)
  // A head goes with the first piece of its content where that is here already, and does not wait for one that is not.
  const alone = setImmediate(() => flushHead(response, head))
  try {
    for await (const chunk of answer.body) {
      clearImmediate(alone)
      if (!response.write(chunk)) await taken(response)
      if (response.destroyed) return
    }
    if (trailers !== undefined)
      response.addTrailers(trailers.read().map(([name, value]): [string, string] => [name, value]))
    clearImmediate(alone)
    response.end()
  } catch {
    clearImmediate(alone)
    flushHead(response, head)
    // A client must not take half an answer for a whole one: without an end it sees that the connection broke.
    response.destroy()
  }
}

/** Node writes a head that goes alone in UTF-8. Before a piece of content it stays in Latin-1, as it came. */
function flushHead(response: ServerResponse, head: readonly string[]): void {
  if (head.every((text) => /^\p{ASCII}*$/u.test(text))) response.flushHeaders()
}

/** RFC 9112, 7.1.2: they stand behind the last chunk, so that only a chunked content has any. */
function takenTrailers({ req }: ServerResponse, { headers, trailers }: Answer): Trailers | undefined {
  const isChunked = req.httpVersion === '1.1' && headers.every(([name]) => name !== 'content-length')
  const isTaken = takesTrailers(req.headersDistinct['te']) && isChunked
  return isTaken && trailers !== undefined && trailers.names.length > 0 ? trailers : undefined
}

/** The client asked for a handle, and this is it. */
export function writeHandle(response: ServerResponse, action: ActionId, consoleUrl: string): void {
  const location = `${consoleUrl.replace(/\/$/, '')}/v1/actions/${action}`
  const body = JSON.stringify({ action, location })
  response.writeHead(202, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'Preference-Applied': 'respond-async',
    'Sallyport-Action': action,
    Location: location,
  })
  response.end(body)
}

/** Resolves when the client took what was written, or is gone: one that takes nothing is sent away. */
function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => response.destroy(), STALLED_CLIENT_MS)
    const done = (): void => {
      clearTimeout(patience)
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
    if (response.destroyed) done()
  })
}
