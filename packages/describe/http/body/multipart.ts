import { redactHeader, redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { isMethodKey } from '../query.ts'
import { KeyPaths } from './key-paths.ts'
import type { Fields } from './reading.ts'
import { ShownFields } from './shown.ts'
import { utf8 } from './utf8.ts'

/** One character a byte, so that places in the text are places in the bytes. */
const bytewise = new TextDecoder('latin1')
const DISPOSITION = /^content-disposition: form-data; name="([^"\\]*)"(?:; filename="([^"\\]*)")?$/i
const PART_TYPE = /^content-type: ([!-~ ]{1,200})$/i

interface Part {
  readonly name: string
  readonly fileName: string | null
  readonly type: string | null
  readonly content: Uint8Array
}

/** The parts of `multipart/form-data` (RFC 7578) as clients write it, or null where it is written in another way. */
export function readMultipart(bytes: Uint8Array, boundary: string): Fields | null {
  const parts = partsOf(bytes, `--${boundary}`)
  if (parts === null) return null
  const keys = new KeyPaths()
  const shown = new ShownFields(safe`body`)
  for (const part of parts) {
    const word = keys.addWhole(part.name)
    if (part.fileName !== null) keys.keep(`${word} (file)`)
    if (shown.hasRoom()) shown.add(part.name, shownPart(part))
    else shown.leave(part.content.length)
  }
  const setsMethod = parts.some(({ name }) => isMethodKey(name))
  return { keys: keys.all(), known: keys.known, setsMethod, shown: shown.all() }
}

/**
 * Nothing before the first boundary, nothing after the last, and the boundary nowhere else: a reader that looks for it less
 * carefully finds the same parts.
 */
function partsOf(bytes: Uint8Array, delimiter: string): readonly Part[] | null {
  const pieces = bytewise.decode(bytes).split(delimiter)
  const last = pieces.pop()
  if (pieces.shift() !== '' || (last !== '--' && last !== '--\r\n')) return null
  const parts: Part[] = []
  let at = delimiter.length
  for (const piece of pieces) {
    const part = partOf(piece, bytes.subarray(at, at + piece.length))
    if (part === null) return null
    parts.push(part)
    at += piece.length + delimiter.length
  }
  return parts
}

function partOf(piece: string, bytes: Uint8Array): Part | null {
  const headEnd = piece.indexOf('\r\n\r\n')
  // The line break before the next boundary belongs to that, and may not be the one that ends the headers.
  if (headEnd < 0 || !piece.startsWith('\r\n') || !piece.endsWith('\r\n') || headEnd + 6 > piece.length)
    return null
  const head = utf8(bytes.subarray(2, headEnd))
  const [disposition = '', type, more] = head?.split('\r\n') ?? []
  const [, name, fileName = null] = DISPOSITION.exec(disposition) ?? []
  const [, partType = null] = type === undefined ? [] : (PART_TYPE.exec(type) ?? [])
  const odd = more !== undefined || (type !== undefined && partType === null)
  if (name === undefined || odd || /[\r\n]/.test(`${name}${fileName ?? ''}`)) return null
  return { name, fileName, type: partType, content: bytes.subarray(headEnd + 4, bytes.length - 2) }
}

function shownPart({ name, fileName, type, content }: Part): Redacted {
  const text = fileName === null ? utf8(content) : null
  if (text !== null) return redactHeader(name, text).value
  const size = safe`${content.length} bytes`
  const typed = type === null ? size : safe`${size} of ${redactText(type, VALUE_LIMIT_CHARS)}`
  return fileName === null
    ? typed
    : safe`file ${redactText(JSON.stringify(fileName), VALUE_LIMIT_CHARS)}, ${typed}`
}
