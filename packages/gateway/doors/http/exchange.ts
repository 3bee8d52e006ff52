import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { Duplex, Readable } from 'node:stream'
import type { Header } from '@sallyport/describe/http/headers'

/**
 * One request and the place for its answer: by turns on a connection of HTTP/1.1, or on a stream of its own in HTTP/2. All
 * in which the two differ on the way of an action stands here; Node's common interface hides some of it.
 */
export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

const { NGHTTP2_NO_ERROR } = constants

export function isStream(incoming: Incoming): incoming is Http2ServerRequest {
  return 'stream' in incoming
}

/** Names and values in turn, as Node has them, in lower case. */
export function headersOf(raw: readonly string[]): readonly Header[] {
  return raw.flatMap((name, at): Header[] => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? '']] : []))
}

/** Calls once when the client has gone: with its connection, or with this stream alone. The function that it returns forgets it. */
export function onGone(incoming: Incoming, leave: () => void): () => void {
  const carrier: Duplex = isStream(incoming) ? incoming.stream : incoming.socket
  // A stream that is reset while nobody reads it closes only later.
  carrier.on('aborted', leave).on('close', leave)
  if (carrier.destroyed) leave()
  return () => void carrier.off('aborted', leave).off('close', leave)
}

/** Whether a body that can be read no further ended as its sender meant it to. A stream that was reset has an `end` as well. */
export function hasEnded(incoming: Incoming): boolean {
  if (!isStream(incoming)) return incoming.complete
  const { stream } = incoming
  return incoming.readableEnded && !incoming.aborted && !stream.closed && !stream.destroyed
}

export function isGone(response: Outgoing): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed
}

/** Ends an answer so that nobody takes it for a whole one. To close a stream, with whatever code, would end it well first. */
export function cut(response: Outgoing): void {
  if ('stream' in response) response.stream.destroy(new Error('the answer broke off'))
  else response.destroy()
}

/** `headers`: names and values in turn. `trailers`: some will follow what follows. */
export function writeHead(
  response: Outgoing,
  status: number,
  headers: readonly string[],
  trailers = false,
): void {
  if (!('stream' in response)) return void response.writeHead(status, [...headers])
  const { stream } = response
  // Node's response would always wait for trailers, and then there is no telling when its answer is out.
  if (!stream.destroyed && !stream.closed)
    stream.respond({ ...byName(headersOf(headers)), ':status': status }, { waitForTrailers: trailers })
}

/** Node writes a head that goes alone in UTF-8. Before a piece of content it stays in Latin-1, as it came. HTTP/2 sent it at once. */
export function flushHead(response: Outgoing, head: readonly string[]): void {
  if (!('stream' in response) && head.every((text) => /^\p{ASCII}*$/u.test(text))) response.flushHeaders()
}

export function writeTrailers(response: Outgoing, trailers: readonly Header[]): void {
  if ('stream' in response) response.addTrailers(byName(trailers))
  else response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]))
}

function byName(headers: readonly Header[]): Record<string, string[]> {
  const lists = Map.groupBy(headers, ([name]) => name)
  return Object.fromEntries([...lists].map(([name, all]) => [name, all.map(([, value]) => value)]))
}

/** Once the client took the answer, or is gone; one that takes nothing is sent away. */
export function finished(response: Outgoing, stalledClientMs: number): Promise<void> {
  const answer: Duplex | ServerResponse = 'stream' in response ? response.stream : response
  return new Promise((resolve) => {
    if (answer.writableFinished || answer.destroyed) return resolve()
    const patience = setTimeout(() => cut(response), stalledClientMs)
    const done = (): void => {
      clearTimeout(patience)
      resolve()
    }
    answer.once('finish', done).once('close', done)
  })
}

/**
 * The answer is out and the request has not ended. What still comes on a connection is dropped for a moment, so that the answer
 * is read; of a stream nothing more is taken (RFC 9113, 8.1), and its neighbours go on.
 */
export function endUnread(incoming: Incoming, lingerMs: number): void {
  const unread: Readable = incoming
  if (isStream(incoming)) {
    const { stream, readableEnded } = incoming
    // Not at once: the last frame of the answer would be dropped.
    if (!readableEnded && !stream.endAfterHeaders) setImmediate(() => stream.close(NGHTTP2_NO_ERROR))
    return
  }
  if (incoming.complete || incoming.socket.destroyed) return
  const end = setTimeout(() => incoming.socket.destroy(), lingerMs)
  incoming.socket.once('close', () => clearTimeout(end))
  unread.resume()
}
