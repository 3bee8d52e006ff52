import type { SafeText } from './text.ts'

declare const html: unique symbol

/** Text that means nothing but itself in HTML, in an element as well as in a quoted attribute. */
export type Html = string & { readonly [html]: true }

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

export function escapeHtml(text: SafeText): Html {
  return text.replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? '') as Html
}
