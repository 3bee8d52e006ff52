import type { Caller } from '@sallyport/core/people/caller'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { Admission, Asked, Guard } from '../../guard/guard.ts'
import { writeAnswer, writeHandle } from './answer.ts'
import { ask, type Proved, toldBy } from './ask.ts'
import { type Framing, readBody } from './body.ts'
import { readCredential } from './credential.ts'
import { cut, endUnread, finished, type Incoming, isStream, type Outgoing, onGone } from './exchange.ts'
import { WHOLE_BODY_LIMIT_BYTES } from './limits.ts'
import type { Serving } from './parts.ts'
import { refuseOnSocket, writeRefusal } from './refuse.ts'
import { type DoorRequest, headerOf, readRequest } from './request.ts'
import { type Located, locate } from './resource.ts'

/** One request, from its head to the last byte of its answer. Never rejects. */
export async function serve(serving: Serving, incoming: Incoming, response: Outgoing): Promise<void> {
  const gone = new AbortController()
  const forget = onGone(incoming, () => gone.abort())
  const rest = serving.busy(incoming)
  const delivered = Promise.withResolvers<void>()
  let free = (): void => {}
  try {
    const asked = await readAsked(serving, incoming, response)
    if (asked.kind === 'asked') free = asked.free
    const reply =
      asked.kind === 'asked'
        ? await admitted(serving.guard, asked.asked, gone.signal, delivered.promise)
        : asked
    await write(incoming, response, reply, serving)
  } catch (cause) {
    // What went wrong is for us and not for the client: a stack trace tells where to press.
    serving.log(safe`a request at the HTTP door failed unexpectedly`, cause)
    if (response.headersSent) cut(response)
    else writeRefusal(response, refusal('unavailable', safe`the gateway could not serve this`), true)
  } finally {
    await finished(response, serving.waits.stalledClientMs)
    delivered.resolve()
    free()
    forget()
    rest()
    endUnread(incoming, serving.waits.refusedLingerMs)
  }
}

type Unasked = { readonly kind: 'unasked'; readonly refusal: Refusal; readonly close: boolean }
type AskedHere = { readonly kind: 'asked'; readonly asked: Asked; readonly free: () => void }

/** What is asked of whom by whom, or why nothing is. Nobody's body is read before its sender is known. */
async function readAsked(
  serving: Serving,
  incoming: Incoming,
  response: Outgoing,
): Promise<AskedHere | Unasked> {
  const request = readRequest(incoming, serving.knownHosts)
  // Its end is in doubt, and so is the beginning of what follows it.
  if (request.kind === 'refusal') return { kind: 'unasked', refusal: request, close: true }
  const sender = await readSender(serving, incoming, request)
  if (sender.kind === 'refusal') return unasked(sender)
  const { who, located } = sender
  const free = serving.space.take(agentOf(who.caller), keptBytes(request.framing))
  if (free === undefined)
    return unasked(refusal('rate-limited', safe`too many request bodies are being kept in memory`))
  if (request.expectsContinue) response.writeContinue()
  const body = await readBody(incoming, request.framing, serving.waits)
  const asked = body.kind === 'refusal' ? body : ask(request, located, who, body)
  if (!('code' in asked)) return { kind: 'asked', asked, free }
  free()
  return unasked(asked)
}

interface Sender {
  readonly kind: 'sender'
  readonly who: Proved
  readonly located: Located
}

/** Who asks, and what of. */
export async function readSender(
  serving: Serving,
  incoming: Incoming,
  request: DoorRequest,
): Promise<Sender | Refusal> {
  const credential = readCredential(headerOf(request.headers, 'authorization'))
  if (credential.kind === 'refusal') return credential
  const told = toldBy(request.headers)
  if (told.kind === 'refusal') return told
  const who = await serving.prove(credential.key, told)
  if (who.kind === 'refusal') return who
  serving.proved(incoming, agentOf(who.caller))
  const located = locate(request, serving.resources)
  return located.kind === 'refusal' ? located : { kind: 'sender', who, located }
}

/** As much of a body as is in memory at once. */
function keptBytes(framing: Framing): number {
  switch (framing.kind) {
    case 'none':
      return 0
    case 'length':
      return Math.min(framing.bytes, WHOLE_BODY_LIMIT_BYTES)
    case 'open':
      return WHOLE_BODY_LIMIT_BYTES
  }
}

export function agentOf({ agents: [agent], owner }: Caller): string {
  return agent ?? owner
}

/** Nothing is sent while it waits: the status line is the verdict. */
export async function admitted(
  guard: Guard,
  asked: Asked,
  signal: AbortSignal,
  delivered: Promise<void>,
): Promise<Admission> {
  const admission = guard.admit(asked, signal, delivered)
  for (;;) {
    const next = await admission.next()
    if (next.done === true) return next.value
  }
}

async function write(
  incoming: Incoming,
  response: Outgoing,
  reply: Admission | Unasked,
  { consoleUrl, waits }: Serving,
): Promise<void> {
  switch (reply.kind) {
    case 'answered':
      return writeAnswer(response, reply.answer, reply.action, reply.durable, waits.stalledClientMs)
    case 'parked':
      return writeHandle(response, reply.life.action.id, consoleUrl)
    case 'refused':
      return refuse(incoming, response, reply.refusal, false)
    case 'unasked':
      return refuse(incoming, response, reply.refusal, reply.close)
  }
}

/** With a body that nobody reads any more the connection ends, since only its sender knows how long it would go on. */
function refuse(incoming: Incoming, response: Outgoing, refusal: Refusal, close: boolean): void {
  if (isStream(incoming) || incoming.complete) return writeRefusal(response, refusal, close)
  refuseOnSocket(incoming.socket, refusal)
  incoming.resume()
}

function unasked(refusal: Refusal): Unasked {
  return { kind: 'unasked', refusal, close: false }
}
