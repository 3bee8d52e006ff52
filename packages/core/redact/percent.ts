const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const ESCAPES = /(?:%[0-9a-fA-F]{2})+/g

/** Percent-decoded once. What is no escape stays, and bytes that are no UTF-8 become U+FFFD: unlike `decodeURIComponent` it never throws. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(ESCAPES, (run) => {
    // A decoder for each of many single escapes would be most of the work, and no byte beyond ASCII stands alone.
    if (run.length === 3) {
      const code = Number.parseInt(run.slice(1), 16)
      return code < 0x80 ? String.fromCharCode(code) : '\ufffd'
    }
    const bytes = new Uint8Array(run.length / 3)
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(run.slice(3 * i + 1, 3 * i + 3), 16)
    return decoder.decode(bytes)
  })
}
