const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of these bytes, or null where they are none. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes)
  } catch {
    return null
  }
}
