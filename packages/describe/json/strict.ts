import { type JsonLimits, JsonScanner } from './scanner.ts'

/** Deeper or wider is not what a request says, but what a parser is attacked with. */
export const REQUEST_LIMITS: JsonLimits = {
  depth: 32,
  keys: 10_000,
  keyChars: 262_144,
  textChars: Number.POSITIVE_INFINITY,
}

/** The value of a JSON text in which all parsers read the same, or null: no key stands twice, and nothing is past a limit. */
export function strictJson(bytes: Uint8Array): { readonly value: unknown } | null {
  let repeats = false
  const scanner = new JsonScanner(
    {
      opened: () => undefined,
      closed: () => undefined,
      key: (_, again) => {
        repeats ||= again
      },
      scalar: () => undefined,
    },
    { ...REQUEST_LIMITS, textChars: 0 },
  )
  scanner.push(bytes)
  if (scanner.finish() !== 'fine' || repeats) return null
  return { value: JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) as unknown }
}
