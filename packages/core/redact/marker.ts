import { SECRET_CLASSES, type SecretClass } from './secret-names.ts'

/** What stands where a value was. No surface gives a meaning to these characters, so that it needs no escaping anywhere. */
export function hidden(what: SecretClass): string {
  return `‹hidden: ${what}›`
}

/** What stands where the middle of a long text was. */
export function cutAway(chars: number): string {
  return `‹cut: ${chars} characters›`
}

/** Splits a text at its cuts and keeps them: what stands at both sides of a cut was never one piece. */
export const AT_CUTS: RegExp = /(‹cut: [0-9]{1,16} characters›)/

const HIDDEN: ReadonlySet<string> = new Set(SECRET_CLASSES.map(hidden))
const MARKER_LIMIT_CHARS = 40

/**
 * Where the marker that starts at `at` ends, or `at` if none does. Only our own classes count: whatever else somebody puts
 * between such brackets is text like any other.
 */
export function markerEnd(text: string, at: number): number {
  if (text[at] !== '‹') return at
  const close = text.slice(at, at + MARKER_LIMIT_CHARS).indexOf('›')
  const end = at + close + 1
  const marker = text.slice(at, end)
  return HIDDEN.has(marker) || AT_CUTS.test(marker) ? end : at
}
