import type { Redacted } from '../redact/redacted.ts'

declare const safe: unique symbol

/** Text that looks like what it is: everything that moves, hides or imitates other text stands there as an escape. */
export type SafeText = Redacted & { readonly [safe]: true }

/** Line breaks, tabs and spaces are layout. The rest of these classes has no picture, or one that moves its neighbours. */
const HAS_NO_PICTURE = /[[\p{C}\p{Z}\p{DI}\u2800]--[\n\t ]]/v
/** Enclosing marks, and the overlays that strike letters through or turn `=` into another sign. */
const OVERLAY = /[\p{Me}\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20e5-\u20eb]/u
const MARK = /\p{M}/u
const LETTER = /\p{L}/u
const LAYOUT = /[ \t\n]+/y

/** Vietnamese and pointed scripts need two marks a letter; a tower of them covers the lines around it. */
const MARKS_SHOWN = 2
/** More is padding that pushes what follows out of sight. */
const EMPTY_LINES_SHOWN = 2
const BLANKS_SHOWN = 40

/**
 * `\u{202e}` for a character that cannot be shown, `\{37 empty lines}` for padding. A backslash of the text that would read
 * as one of these is itself escaped, so that what is shown tells exactly what is there. Never throws.
 */
export function safeText(text: Redacted): SafeText {
  const source = text.toWellFormed()
  let shown = ''
  /** Marks after the last letter; too many where there is no letter to carry them. */
  let marks = MARKS_SHOWN
  for (let at = 0; at < source.length; ) {
    const char = String.fromCodePoint(source.codePointAt(at) ?? 0)
    LAYOUT.lastIndex = at
    const [layout] = LAYOUT.exec(source) ?? []
    at += (layout ?? char).length
    const isMark = MARK.test(char)
    marks = isMark ? marks + 1 : LETTER.test(char) ? 0 : MARKS_SHOWN
    if (layout !== undefined) shown += withoutPadding(layout)
    else if (HAS_NO_PICTURE.test(char) || OVERLAY.test(char) || (isMark && marks > MARKS_SHOWN))
      shown += escaped(char)
    else if (char === '\\' && /^u?\{/.test(source.slice(at, at + 2))) shown += escaped(char)
    else shown += char
  }
  return shown as SafeText
}

/** ASCII only: everything else as an escape. For words and hosts whose letters are in doubt. */
export function asciiText(text: Redacted): SafeText {
  return safeText(text).replace(/[^\n\t -~]/gu, escaped) as SafeText
}

function escaped(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}

function withoutPadding(layout: string): string {
  const lines = layout.split('\n')
  const emptyLines = lines.length - 2
  if (emptyLines <= EMPTY_LINES_SHOWN) return lines.map(withoutBlanks).join('\n')
  return `${withoutBlanks(lines[0] ?? '')}\n\\{${emptyLines} empty lines}\n${withoutBlanks(lines.at(-1) ?? '')}`
}

function withoutBlanks(blanks: string): string {
  return blanks.length > BLANKS_SHOWN ? `\\{${blanks.length} blanks}` : blanks
}
