import { escapeHtml } from '@sallyport/core/card/escape'
import { type SafeText, safeText } from '@sallyport/core/card/text'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'

/** Markup of ours. Only this file makes it, and whatever is put in is text unless it was made here. */
export interface Html {
  readonly markup: string
}

type Hole = Html | readonly Html[] | string | number | null

/** Literals are ours, holes are not: each goes through redaction, is made safe and escaped, in text and in attributes alike. */
export function html(literals: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  let markup = literals[0] ?? ''
  for (const [index, hole] of holes.entries()) markup += markupOf(hole) + (literals[index + 1] ?? '')
  return { markup }
}

function markupOf(hole: Hole): string {
  if (hole === null) return ''
  if (typeof hole === 'number') return String(hole)
  if (typeof hole === 'string') return escapeHtml(safeText(redactText(hole, VALUE_LIMIT_CHARS)))
  if ('markup' in hole) return hole.markup
  return hole.map((each) => each.markup).join('\n')
}

/** Of links and page keys: letters, digits, hyphen and underscore, which mean nothing in markup. */
const OWN = /^[\w-]{1,128}$/

/** A token of somebody's own, given back to them and to nobody else: redaction would hide it. Its letters need no escape. */
export function own(token: string): Html {
  if (!OWN.test(token)) throw new Error('this is no token of ours')
  return { markup: token }
}

/** What the core writes for a character without a picture, for padding, and for what was hidden or cut. */
const STAND_IN =
  /\\u\{[0-9a-f]+\}|\\\{[0-9]+ (?:empty lines|blanks)\}|‹(?:hidden|cut): [a-z0-9 -]{1,40}›|… [0-9,]+ characters not shown …/g

/** Text that the core made safe already, once and not twice. What stands in for something looks like no letter of theirs. */
export function theirs(text: SafeText): Html {
  return { markup: escapeHtml(text).replace(STAND_IN, (one) => `<em class="unseen">${one}</em>`) }
}
