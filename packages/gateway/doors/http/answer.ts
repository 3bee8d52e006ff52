import type { ServerResponse } from 'node:http'
import type { ActionId } from '@sallyport/core/action/ids'
import type { Answer } from '../../guard/answer.ts'
import type { Durable } from '../../store/durable.ts'
import { STALLED_CLIENT_MS } from './limits.ts'

/** Hands the answer to the client, as fast as the client takes it. The proof is not looked at: to have one is enough (law 5). */
export async function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  action: ActionId,
  _recorded: Durable,
): Promise<void> {
  response.writeHead(answer.status, [...answer.headers.flat(), 'Sallyport-Action', action])
  response.flushHeaders()
  try {
    for await (const chunk of answer.body) {
      if (!response.write(chunk)) await taken(response)
      if (response.destroyed) return
    }
    response.end()
  } catch {
    // A client must not take half an answer for a whole one: without an end it sees that the connection broke.
    response.destroy()
  }
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
