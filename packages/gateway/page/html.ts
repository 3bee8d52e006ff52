import { escapeHtml } from '@sallyport/core/card/escape'
import { type SafeText, safeText } from '@sallyport/core/card/text'
import type { Redacted } from '@sallyport/core/redact/redacted'

/** Markup of ours. Only this file makes it, and whatever is put in is text unless it was made here. */
export interface Html {
  readonly markup: string
}

type Hole = Html | readonly Html[] | string | number | null

/** Literals are ours, holes are not: each is made safe and escaped, in text and in quoted attributes alike. */
export function html(literals: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let markup = literals[0] ?? ''
  for (const [index, hole] of holes.entries()) markup += markupOf(hole) + (literals[index + 1] ?? '')
  return { markup }
}

function markupOf(hole: Hole): string {
  if (hole === null) return ''
  if (typeof hole === 'number') return String(hole)
  if (typeof hole === 'string') return escapeHtml(safeText(hole as Redacted))
  if ('markup' in hole) return hole.markup
  return hole.map((each) => each.markup).join('\n')
}

/** What the core writes for a character without a picture, for padding, and for what was hidden or cut. */
const STAND_IN =
  /\\u\{[0-9a-f]+\}|\\\{[0-9]+ (?:empty lines|blanks)\}|‹(?:hidden|cut): [a-z0-9 -]{1,40}›|… [0-9,]+ characters not shown …/g

/** Text that the core made safe already, once and not twice. What stands in for something looks like no letter of theirs. */
export function theirs(text: SafeText): Html {
  return { markup: escapeHtml(text).replace(STAND_IN, (one) => `<em class="unseen">${one}</em>`) }
}
