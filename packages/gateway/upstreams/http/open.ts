import { hex } from '@sallyport/core/action/digest'
import type { Sha256 } from '@sallyport/core/given'
import { capInForce, mayBeCapped, UNCAPPED } from '@sallyport/describe/http/cap'
import { onlyReads, readRequest } from '@sallyport/describe/http/describe'
import type { Header } from '@sallyport/describe/http/headers'
import { type HttpMessage, isMadeHere, readHttpMessage, targetOf } from '@sallyport/describe/http/message'
import type { Dispatcher } from 'undici'
import type { Credential, Resource } from '../../config/configuration.ts'
import type { Answer } from '../../guard/answer.ts'
import type { Content } from '../../guard/content.ts'
import { spelledIn } from '../../guard/draft.ts'
import { type Permit, spend } from '../../guard/permit.ts'
import { type Upstream, UpstreamFailure } from '../upstream.ts'
import { type Allowance, answerOf } from './answer.ts'
import { canConnect, freshClient, openPool } from './connect.ts'
import { exchange, type Received } from './exchange.ts'
import type { Introduce } from './identity.ts'
import { NO_BODY, type Outgoing, outgoing } from './outgoing.ts'
import { newHandshake, openTunnel } from './tunnel.ts'
import { NO_VEIL, type Veil, veilOf } from './veil.ts'

export interface HttpUpstreamParts {
  readonly resource: Pick<Resource, 'address' | 'credential' | 'routes' | 'cap' | 'fields'>
  /** The secret itself, fetched when it is injected. Not asked where the resource has no credential. */
  readonly credentialValue: () => Promise<string> | string
  /** Null where the target is not told who calls. */
  readonly introduce: Introduce | null
  readonly sha256: Sha256
}

/** The inner door of an HTTP resource. */
export function openHttpUpstream({
  resource,
  credentialValue,
  introduce,
  sha256,
}: HttpUpstreamParts): Upstream {
  const { address, credential } = resource
  const pool = openPool(address)
  const allowanceOf = allowancesOf(resource)
  return {
    async send(permit, canonical, content, signal) {
      spend(permit, canonical, sha256)
      const action = actionIn(canonical)
      const message = messageIn(action, resource)
      const body = bodyOf(message, content, permit, sha256)
      const { header, veil } = await injected(credential, credentialValue)
      const caller = introduce?.(action.caller, permit.action) ?? []
      const handshake = message.upgrade === null ? null : newHandshake()
      const own = permit.fresh || handshake !== null
      const dispatcher = own ? freshClient(address) : pool
      const ours = [...(handshake?.headers ?? []), ...header, ...caller]
      const request = requestOf(message, address, ours, handshake === null ? body : NO_BODY)
      const ordinary = (received: Received): Promise<Answer> =>
        answerOf(received, allowanceOf(message, content, veil), permit, signal)
      const answer =
        handshake === null
          ? exchange(dispatcher, request, body, signal).then(ordinary)
          : openTunnel(dispatcher, request, { message, handshake, veil, up: body, ordinary }, signal)
      // Waits for what was dispatched, then ends the connection.
      if (own) void dispatcher.close()
      return answer
    },
    reachable: () => canConnect(address),
    close: () => pool.close(),
  }
}

type CanonicalAction = Partial<Record<'address' | 'caller' | 'message', unknown>>

/**
 * Whatever else the bytes of a permit hold is not sent. The permit was spent on them: where they were spelled in this process
 * from what nobody can have changed since, that is what they say.
 */
function actionIn(canonical: Uint8Array): CanonicalAction {
  const spelled = spelledIn(canonical)
  if (spelled !== undefined && isMadeHere(spelled.message)) return spelled
  return JSON.parse(Buffer.from(canonical).toString()) as CanonicalAction
}

/** The message of an action, which names this very address. */
function messageIn(
  action: CanonicalAction,
  { address, credential }: HttpUpstreamParts['resource'],
): HttpMessage {
  if (action.address !== address.href) throw notSent('this action is for another address')
  const message = readHttpMessage(action.message, credential?.header ?? null)
  if (message.kind === 'unclear') throw notSent(message.why)
  return message
}

/**
 * The content that the message names, and no other: a whole one has its hash in it. A permit for these bytes lets no stream
 * and no tunnel through, nor the other way round.
 */
function bodyOf({ body, upgrade }: HttpMessage, content: Content, permit: Permit, sha256: Sha256): Outgoing {
  const isStream = body?.kind === 'streamed'
  const kind = upgrade !== null ? 'tunnel' : isStream ? 'stream' : 'exact'
  if (permit.kind !== kind) throw notSent('this permit is for another kind of body')
  if (kind === 'tunnel') {
    if (content.kind === 'tunnel') return outgoing({ chunks: content.chunks, bytes: null }, permit)
    throw notSent('there is nobody to open this tunnel for')
  }
  if (body === null && content.kind === 'none') return outgoing(null, permit)
  if (isStream && content.kind === 'stream')
    return outgoing({ chunks: content.chunks, bytes: body.bytes }, permit)
  if (body?.kind === 'whole' && content.kind === 'whole' && hex(sha256(content.bytes)) === body.sha256)
    return outgoing(content.bytes, permit)
  throw notSent('this is not the body that the message names')
}

/** Read from what the permit covers: what was shown of the cap is what is enforced. */
function allowancesOf(resource: HttpUpstreamParts['resource']) {
  const isCapped = mayBeCapped(resource)
  return (message: HttpMessage, content: Content, veil: Veil): Allowance => {
    const { method, cap } = message
    // Where nothing is cut, nobody asks what it changed.
    if (!isCapped && cap === null) return { method, veil, capped: UNCAPPED, changes: true }
    const bytes = content.kind === 'whole' ? content.bytes : null
    const { match, meaning, carried } = readRequest(message, resource.routes, bytes)
    const changes = match.kind === 'doubtful' || !onlyReads(meaning.effects)
    return { method, veil, capped: capInForce(cap, match, resource, carried), changes }
  }
}

async function injected(
  credential: Credential | null,
  credentialValue: HttpUpstreamParts['credentialValue'],
): Promise<{ readonly header: readonly Header[]; readonly veil: Veil }> {
  if (credential === null) return { header: [], veil: NO_VEIL }
  try {
    const value = await credentialValue()
    if (value === '') throw new Error('the credential is empty')
    // A function, since `$&` in a secret would mean something in a replacement text.
    const header: Header = [credential.header, credential.format.replace('{}', () => value)]
    return { header: [header], veil: veilOf(value) }
  } catch (cause) {
    throw notSent('the credential of the target cannot be had', cause)
  }
}

function requestOf(
  message: HttpMessage,
  address: URL,
  ours: readonly Header[],
  { body, length }: Outgoing,
): Dispatcher.DispatchOptions {
  // What we say comes last, so that nothing of the caller's stands after it.
  const headers = [
    ...message.headers,
    ['accept-encoding', 'identity'],
    ['via', '1.1 sallyport'],
    ...(length === null ? [] : [['content-length', String(length)]]),
    ...ours,
  ]
  return {
    method: message.method,
    path: `${address.pathname.replace(/\/$/, '')}${targetOf(message)}`,
    headers: headers.flat(),
    body,
  }
}

function notSent(message: string, cause?: unknown): UpstreamFailure {
  return new UpstreamFailure(message, false, cause)
}
