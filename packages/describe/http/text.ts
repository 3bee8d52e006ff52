import { hex } from '@sallyport/core/action/digest'
import type { Sha256 } from '@sallyport/core/given'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { strictJson } from '../json/strict.ts'
import type { Header } from './headers.ts'
import { type HttpMessage, httpMessage } from './message.ts'
import type { Unclear } from './target.ts'

/** A request that somebody wrote down, and what had to be taken for granted of it. */
export interface WrittenRequest {
  readonly kind: 'written'
  readonly message: HttpMessage
  /** Of its body. */
  readonly bytes: Uint8Array | null
  readonly assumed: readonly Redacted[]
}

const encoder = new TextEncoder()
/** RFC 9112, 5, without folded lines. */
const HEADER = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/
const WITH_VERSION = /^(\S+ \S+) HTTP\/[0-9.]{1,3}$/

/** `GET /customers/7?fields=name`: a request as people type it. */
export function parseHttpText(text: string): HttpMessage | Unclear {
  const [method = '', target = '', ...rest] = text.trim().split(/[ \t]+/)
  if (target === '' || rest.length > 0)
    return unclear(safe`this is no request; write method and path, \`GET /customers/7\``)
  return httpMessage({ method, target, headers: [], body: null }, null)
}

/** A whole request: request line, headers, an empty line, and what follows it. The line alone is one too. */
export function parseRequestText(
  text: string,
  credential: string | null,
  sha256: Sha256,
): WrittenRequest | Unclear {
  const { head, content } = parted(text)
  const [line = '', ...fields] = head.split(/\r?\n/)
  const start = parseHttpText(WITH_VERSION.exec(line.trim())?.[1] ?? line)
  if (start.kind === 'unclear') return start
  const headers = fields.map(headerIn)
  const known = headers.filter((header) => header !== null)
  if (known.length !== headers.length)
    return unclear(
      safe`a line before the body is no header; write \`name: value\`, and an empty line before the body`,
    )
  const body = bodyOf(content, known)
  const typed: readonly Header[] = body.type === null ? known : [...known, ['content-type', body.type]]
  const named =
    body.bytes === null
      ? null
      : ({ kind: 'whole', bytes: body.bytes.length, sha256: hex(sha256(body.bytes)) } as const)
  const target = start.query === '' ? start.path : `${start.path}?${start.query}`
  const message = httpMessage({ method: start.method, target, headers: typed, body: named }, credential)
  if (message.kind === 'unclear') return message
  return { kind: 'written', message, bytes: body.bytes, assumed: body.assumed }
}

function parted(text: string): { readonly head: string; readonly content: string } {
  const trimmed = text.trimStart()
  const [gap] = /\r?\n\r?\n/.exec(trimmed) ?? []
  if (gap === undefined) return { head: trimmed.trimEnd(), content: '' }
  const at = trimmed.indexOf(gap)
  return { head: trimmed.slice(0, at), content: trimmed.slice(at + gap.length) }
}

function headerIn(line: string): Header | null {
  const [, name, value] = HEADER.exec(line) ?? []
  return name === undefined || value === undefined ? null : [name, value]
}

interface WrittenBody {
  readonly bytes: Uint8Array | null
  /** What it is taken for, where it does not say. */
  readonly type: string | null
  readonly assumed: readonly Redacted[]
}

function bodyOf(content: string, headers: readonly Header[]): WrittenBody {
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted)
  const endsLine = content.endsWith('\n') && !has('content-length')
  const text = endsLine ? content.replace(/\r?\n$/, '') : content
  if (text === '') return { bytes: null, type: null, assumed: [] }
  const bytes = encoder.encode(text)
  const isJson = !has('content-type') && strictJson(bytes) !== null
  const assumed = [
    ...(endsLine ? [safe`the last line break does not belong to the body`] : []),
    ...(isJson ? [safe`the body is \`application/json\`, since it says nothing else`] : []),
  ]
  return { bytes, type: isJson ? 'application/json' : null, assumed }
}

function unclear(why: Redacted): Unclear {
  return { kind: 'unclear', why }
}
