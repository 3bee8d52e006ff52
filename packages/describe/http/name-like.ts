import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { secretClassOf } from '@sallyport/core/redact/secret-names'

/** What stands in facts where a value was. */
export const VALUE = '{}'

/** A name has letters first, is short, and is not mostly a number. */
const NAME = /^[A-Za-z_$][A-Za-z0-9_.$[\]-]{0,31}$/
const DIGITS = 3
/** Servers fold case, cut `.json`, and read `a[]` and `a.b` as `a` and `a_b`. */
const FOLDED = /[A-Z.[\]]/

/**
 * Whether a word of a request is a name that somebody designed and not a value. It is a guess, and errs to the side of the
 * value: a key that looks like one is counted, and not kept.
 */
export function isNameLike(text: string): boolean {
  if (!NAME.test(text) || text.replace(/\D/g, '').length > DIGITS) return false
  return redactText(text, VALUE_LIMIT_CHARS) === text
}

/**
 * A key with its own places as facts have it, `a[b]` of a form: a value unless it looks like a name, and what stands inside a
 * secret's name may be the secret.
 */
export function wordOf(key: string): string {
  const outer = key
    .split(/[.[\]]+/)
    .filter((word) => word !== '')
    .slice(0, -1)
  return isNameLike(key) && outer.every((word) => secretClassOf(word) === undefined) ? key : VALUE
}

/** Whether it is a name to every server, and the same one. Of any other, policy must not think that it knows it. */
export function hasOneSpelling(text: string): boolean {
  return isNameLike(text) && !FOLDED.test(text)
}
