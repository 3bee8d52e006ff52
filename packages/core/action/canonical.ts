import canonicalize from 'canonicalize'

/** What may stand in a canonical form: RFC 8785 has one spelling for each of these and for nothing else. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

const encoder = new TextEncoder()

/**
 * The one spelling of a value (RFC 8785). Text is made well formed first: a lone surrogate has no UTF-8 form, and two
 * encoders that repair it differently would give one action two digests.
 */
export function canonicalText(value: Json | object): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('a value without a canonical form')
  return text.toWellFormed()
}

export function canonicalBytes(value: Json | object): Uint8Array {
  return encoder.encode(canonicalText(value))
}
