import type { Command } from '@sallyport/core/action/action'
import { percentDecoded } from '@sallyport/core/redact/percent'
import {
  type Parameter,
  redactHeader,
  redactPath,
  redactQuery,
  redactText,
  VALUE_LIMIT_CHARS,
} from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { ShownFields } from './body/shown.ts'
import { capText } from './cap.ts'
import type { HttpMessage } from './message.ts'

/** The request as a reviewer reads it: everything that goes on, except for secrets. */
export function commandOf(
  { method, path, query, headers, cap, upgrade }: HttpMessage,
  body: Command['parameters'],
): Command {
  const values = shownOf(safe`query`, redactQuery(query))
  const sent = shownOf(
    safe`header`,
    headers.map(([name, value]) => redactHeader(name, value)),
  )
  const opens = upgrade === null ? [] : [{ name: safe`opens`, value: safe`a WebSocket` }]
  const asked = cap === null ? [] : [{ name: safe`cap of the answer`, value: capText(cap) }]
  return { line: lineOf(method, path, query), parameters: [...opens, ...values, ...sent, ...asked, ...body] }
}

function shownOf(part: Redacted, parameters: readonly Parameter[]): readonly Parameter[] {
  const shown = new ShownFields(part)
  for (const { name, value } of parameters) {
    if (shown.hasRoom()) shown.add(name, value)
    else shown.leave(name.length + value.length)
  }
  return shown.all()
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
