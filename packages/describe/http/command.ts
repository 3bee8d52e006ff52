import type { Command } from '@sallyport/core/action/action'
import { percentDecoded } from '@sallyport/core/redact/percent'
import {
  redactHeader,
  redactPath,
  redactQuery,
  redactText,
  VALUE_LIMIT_CHARS,
} from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { capText } from './cap.ts'
import type { HttpMessage } from './message.ts'

/** The request as a reviewer reads it: everything that goes on, except for secrets. */
export function commandOf(message: HttpMessage, body: Uint8Array | null): Command {
  const { method, path, query, headers, cap } = message
  const values = redactQuery(query).map(({ name, value }) => ({ name: safe`query ${name}`, value }))
  const sent = headers
    .map(([name, value]) => redactHeader(name, value))
    .map(({ name, value }) => ({ name: safe`header ${name}`, value }))
  const asked = cap === null ? [] : [{ name: safe`cap of the answer`, value: capText(cap) }]
  const parameters = [...values, ...sent, ...asked, ...bodyOf(message, body)]
  return { line: lineOf(method, path, query), parameters }
}

/** As text where it is text, else by its hash: a reviewer who has the bytes can see that they are the ones. */
function bodyOf({ body }: HttpMessage, bytes: Uint8Array | null): Command['parameters'] {
  if (body === null) return []
  const text = bytes === null ? undefined : textOf(bytes)
  if (text !== undefined) return [{ name: safe`body`, value: redactText(text, VALUE_LIMIT_CHARS) }]
  const size = body.bytes === null ? safe`of unknown length` : safe`of ${body.bytes} bytes`
  const hash =
    body.kind === 'whole'
      ? safe`, SHA-256 ${redactText(body.sha256, VALUE_LIMIT_CHARS)}`
      : safe`, not looked into`
  return [{ name: safe`body`, value: safe`${size}${hash}` }]
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function lineOf(method: string, path: string, query: string): Redacted {
  const start = safe`${redactText(method, VALUE_LIMIT_CHARS)} ${redactPath(path)}`
  const [first, ...others] = query
    .split('&')
    .filter((pair) => pair !== '')
    .map(shownPair)
  if (first === undefined) return start
  return others.reduce<Redacted>((shown, pair) => safe`${shown}&${pair}`, safe`${start}?${first}`)
}

/** As it was sent, unless its decoded form had something to hide: decoded, one pair could be read as two. */
function shownPair(pair: string): Redacted {
  const [parameter] = redactQuery(pair)
  const asSent = redactText(pair, VALUE_LIMIT_CHARS)
  if (parameter === undefined) return asSent
  const { name, value } = parameter
  const nothingHidden = decoded(pair) === (pair.includes('=') ? `${name}=${value}` : name)
  return nothingHidden ? asSent : safe`${name}=${value}`
}

function decoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '))
}
