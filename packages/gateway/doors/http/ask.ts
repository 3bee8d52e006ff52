import type { SessionId } from '@sallyport/core/action/ids'
import type { Caller } from '@sallyport/core/people/caller'
import { redactText } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { describeHttp } from '@sallyport/describe/http/describe'
import { type Header, prefersHandle } from '@sallyport/describe/http/headers'
import { httpMessage } from '@sallyport/describe/http/message'
import type { Asked } from '../../guard/guard.ts'
import type { Body } from './body.ts'
import { LABEL_LIMIT_CHARS, REASON_LIMIT_CHARS } from './limits.ts'
import { type DoorRequest, headerOf } from './request.ts'
import type { Located } from './resource.ts'

/** Who was proved, and in which session. */
export interface Proved {
  readonly kind: 'proved'
  readonly caller: Caller
  readonly session: SessionId
}

/** What a caller says of itself: claimed, never more, and not yet redacted. */
export interface ToldOfItself {
  readonly kind: 'told'
  readonly run?: string
  readonly model?: string
  readonly session?: string
}

const NO_LABEL = safe`is empty, longer than ${LABEL_LIMIT_CHARS} characters, or not plain ASCII`
const LABEL = /^[\x21-\x7e]*$/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `Sallyport-Run`, `Sallyport-Model`, `Sallyport-Session`. */
export function toldBy(headers: readonly Header[]): ToldOfItself | Refusal {
  const told: { run?: string; model?: string; session?: string } = {}
  for (const what of ['run', 'model', 'session'] as const) {
    const value = headerOf(headers, `sallyport-${what}`)
    if (value === undefined) continue
    if (!isLabel(value)) return malformed(safe`run, model or session ${NO_LABEL}`)
    told[what] = value
  }
  return { kind: 'told', ...told }
}

/** The request as the guard judges it: described, and with the very message that would be sent. */
export function ask(
  request: DoorRequest,
  { resource, target }: Located,
  who: Proved,
  { named, content }: Body,
): Asked | Refusal {
  const { method, headers, upgrade } = request
  const credential = resource.credential?.header ?? null
  const message = httpMessage({ method, target, headers, body: named, upgrade }, credential)
  if (message.kind === 'unclear') return malformed(message.why)
  const idempotencyKey = headerOf(headers, 'idempotency-key') ?? null
  if (idempotencyKey !== null && !isLabel(idempotencyKey))
    return malformed(safe`the \`Idempotency-Key\` ${NO_LABEL}`)
  const reason = readReason(headerOf(headers, 'sallyport-reason'))
  if (reason === 'unreadable') return malformed(safe`the reason is not UTF-8`)
  return {
    caller: who.caller,
    session: who.session,
    resource: resource.id,
    described: describeHttp(message, resource, content.kind === 'whole' ? content.bytes : null),
    message,
    content,
    reason,
    wait: prefersHandle(headers) ? 'parked' : 'live',
    idempotencyKey,
  }
}

/** Clients put UTF-8 into headers, and Node reads Latin-1 out of them. */
function readReason(value: string | undefined): Redacted | null | 'unreadable' {
  if (value === undefined || value.trim() === '') return null
  try {
    return redactText(utf8.decode(Buffer.from(value, 'latin1')).trim(), REASON_LIMIT_CHARS)
  } catch {
    return 'unreadable'
  }
}

function isLabel(value: string): boolean {
  return value !== '' && value.length <= LABEL_LIMIT_CHARS && LABEL.test(value)
}

function malformed(detail: Redacted): Refusal {
  return refusal('malformed', detail)
}
