import { escapeHtml } from '@sallyport/core/card/escape'
import { type SafeText, safeText } from '@sallyport/core/card/text'
import type { Redacted } from '@sallyport/core/redact/redacted'

/** Markup of ours. Only this file makes it, and whatever is put in is text unless it was made here. */
export interface Html {
  readonly markup: string
}

type Hole = Html | readonly Html[] | string | number | null

/** Literals are ours, holes are not: each is escaped, in text and in quoted attributes alike. */
export function html(literals: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let markup = literals[0] ?? ''
  for (const [index, hole] of holes.entries()) markup += markupOf(hole) + (literals[index + 1] ?? '')
  return { markup }
}

function markupOf(hole: Hole): string {
  if (hole === null) return ''
  if (typeof hole === 'number') return String(hole)
  if (typeof hole === 'string') return escapeHtml(hole as SafeText)
  if ('markup' in hole) return hole.markup
  return hole.map((each) => each.markup).join('\n')
}

/** What the core writes for a character without a picture, for padding, and for what was hidden or cut. */
const STAND_IN = /\\u\{[0-9a-f]+\}|\\\{[0-9]+ (?:empty lines|blanks)\}|‹(?:hidden|cut): [a-z0-9 -]{1,40}›/g

/** Text of somebody else: what moves, hides or imitates is visible, and what stands in for it looks like no letter. */
export function theirs(text: Redacted): Html {
  return already(safeText(text))
}

/** The same for what is safe text: made safe twice, its own escapes would be escaped. */
export function already(text: SafeText): Html {
  return { markup: escapeHtml(text).replace(STAND_IN, (one) => `<em class="unseen">${one}</em>`) }
}
