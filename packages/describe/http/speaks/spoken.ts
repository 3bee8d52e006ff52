import { strictJson } from '../../json/strict.ts'
import { contentTypeOf, isJsonType } from '../body/content-type.ts'
import { utf8 } from '../body/utf8.ts'
import type { HttpMessage } from '../message.ts'

/** A request as far as a language that is spoken over HTTP looks at it. */
export interface Spoken {
  readonly method: string
  readonly query: string
  readonly type: string
  /** The body, where it is plain text, whatever is in it. */
  readonly text: string | null
  /** The body, where every parser reads the same in it. */
  readonly json: { readonly value: unknown } | null
}

export function spokenIn({ method, query, headers }: HttpMessage, bytes: Uint8Array | null): Spoken {
  const type = contentTypeOf(headers)
  const text = bytes === null || !type.plain ? null : utf8(bytes)
  const json = text !== null && bytes !== null && isJsonType(type) ? strictJson(bytes) : null
  return { method, query, type: type.essence, text, json }
}
