import { redactText } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import type { HttpBody, HttpMessage } from '../message.ts'
import { queryKeys } from '../query.ts'
import { type ContentType, contentTypeOf, isJsonType, namedType } from './content-type.ts'
import { readForm } from './form.ts'
import { readJson } from './json.ts'
import { readMultipart } from './multipart.ts'
import type { Fields } from './reading.ts'
import { utf8 } from './utf8.ts'

/** What is known of the body of a request. */
export interface BodyReading extends Fields {
  /** As facts have it. */
  readonly type: string
  readonly typeKnown: boolean
}

const NOTHING: BodyReading = {
  type: 'none',
  typeKnown: true,
  keys: [],
  known: true,
  setsMethod: false,
  shown: [],
}

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'
/** Of a text that is shown as it came. */
const TEXT_LIMIT_CHARS = 16_384

/** What a body says, as far as it can be told without opening or guessing anything. */
export function readBody({ method, headers, body }: HttpMessage, bytes: Uint8Array | null): BodyReading {
  if (body === null || body.bytes === 0) return NOTHING
  const type = contentTypeOf(headers)
  const named = { type: namedType(type), typeKnown: type.clear }
  const fields = bytes === null ? null : fieldsOf(type, bytes)
  if (fields !== null) return { ...named, ...fields }
  return {
    ...named,
    keys: [],
    known: false,
    setsMethod: method === 'POST' && (mayBeForm(type, bytes) || (bytes !== null && mayBeJson(headers))),
    shown: [{ name: safe`body`, value: shownWhole(body, bytes, type) }],
  }
}

/** Rack, Symfony, Spring and others look for `_method` in the forms they are posted, compressed or not. */
function mayBeForm({ clear, essence, plain }: ContentType, bytes: Uint8Array | null): boolean {
  if (!clear) return true
  // Rack takes a body that does not say what it is for a form.
  if (essence === '') return bytes === null || !plain || queryKeys(new TextDecoder().decode(bytes)).setsMethod
  // And `multipart/mixed` for one too.
  return essence === FORM || essence.startsWith('multipart/')
}

/** Laravel looks for these letters anywhere in the header, and goes deeper into JSON than we do. */
function mayBeJson(headers: HttpMessage['headers']): boolean {
  return headers.some(([name, value]) => name === 'content-type' && /[/+]json/i.test(value))
}

function fieldsOf(type: ContentType, bytes: Uint8Array): Fields | null {
  if (!type.plain) return null
  if (isJsonType(type)) return readJson(bytes)
  if (type.essence === MULTIPART) return type.boundary === null ? null : readMultipart(bytes, type.boundary)
  const text = type.essence === FORM ? utf8(bytes) : null
  return text === null ? null : readForm(text)
}

function shownWhole(body: HttpBody, bytes: Uint8Array | null, { essence }: ContentType): Redacted {
  if (body.kind === 'streamed')
    return body.bytes === null
      ? safe`of unknown length, not looked into`
      : safe`${body.bytes} bytes, not looked into`
  // A part has its name on another line than its value, so that no secret would be seen by its name.
  const text = bytes === null || essence.startsWith('multipart/') ? null : utf8(bytes)
  if (text !== null && !text.includes('\0')) return redactText(text, TEXT_LIMIT_CHARS)
  return safe`${body.bytes} bytes, SHA-256 ${redactText(body.sha256, TEXT_LIMIT_CHARS)}`
}
