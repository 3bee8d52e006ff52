import type { SafeText } from './text.ts'

/** How a channel writes a text. Escaping piece by piece must give what escaping the whole gives. */
export type Escape = (text: SafeText) => string

export interface Cut {
  /** Not yet escaped: the channel escapes it once, with what stands in the middle. */
  readonly text: SafeText
  readonly whole: boolean
  /** Characters of the safe text that are not in `text`. */
  readonly hiddenChars: number
}

/** Our escapes and markers, and letters with their marks, are one piece each. */
const PIECE =
  /\\u\{[0-9a-f]+\}|\\\{[0-9]+ (?:empty lines|blanks)\}|‹(?:hidden|cut): [a-z0-9 -]{1,40}›|[^]\p{M}*/gu

/**
 * Head and tail of a text that is too long for a channel, with the number of characters between them: a payload that begins
 * harmlessly and is padded would otherwise push its verb out of sight. Counted as the channel will send it, after escaping.
 * Below the length of that notice nothing but the notice is left.
 */
export function cut(text: SafeText, limitChars: number, escape: Escape): Cut {
  if (escape(text).length <= limitChars) return { text, whole: true, hiddenChars: 0 }
  const pieces = text.match(PIECE) ?? []
  const room = Math.max(0, limitChars - notice(text.length).length)
  const head = fitting(pieces, Math.ceil(room / 2), escape)
  const tail = fitting(pieces.slice(head.pieces).reverse(), Math.floor(room / 2), escape)
  const hiddenChars = text.length - head.chars - tail.chars
  const shown = text.slice(0, head.chars) + notice(hiddenChars) + text.slice(text.length - tail.chars)
  return { text: shown as SafeText, whole: false, hiddenChars }
}

function notice(chars: number): string {
  const grouped = String(chars).replace(/\B(?=(?:\d{3})+$)/g, ',')
  return `\n… ${grouped} characters not shown …\n`
}

function fitting(
  pieces: readonly string[],
  roomChars: number,
  escape: Escape,
): { pieces: number; chars: number } {
  let chars = 0
  let escapedChars = 0
  for (const [index, piece] of pieces.entries()) {
    escapedChars += escape(piece as SafeText).length
    if (escapedChars > roomChars) return { pieces: index, chars }
    chars += piece.length
  }
  return { pieces: pieces.length, chars }
}
