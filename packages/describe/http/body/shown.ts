import { cutAway } from '@sallyport/core/redact/marker'
import { type Parameter, redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'

/** More is not read by anybody, and every card is kept with its action. */
const FIELDS_LIMIT = 100
const FIELDS_LIMIT_CHARS = 32_768

/**
 * Gathers what a reviewer reads of a part of the request: body, query or headers. What is left out is counted, and makes the card
 * one that is not whole.
 */
export class ShownFields {
  readonly #part: Redacted
  readonly #shown: Parameter[] = []
  #chars = 0
  #left = 0
  #leftChars = 0

  constructor(part: Redacted) {
    this.#part = part
  }

  /** Whether the next one would be shown: making what is not is spared. */
  hasRoom(): boolean {
    return this.#left === 0 && this.#shown.length < FIELDS_LIMIT && this.#chars < FIELDS_LIMIT_CHARS
  }

  add(place: string, value: Redacted): void {
    const name = this.#nameOf(place)
    this.#chars += name.length + value.length
    this.#shown.push({ name, value })
  }

  get count(): number {
    return this.#shown.length
  }

  /** Of those shown since, the ones at this place or inside it become one with this value. */
  hide(since: number, place: string, value: Redacted): void {
    const name = this.#nameOf(place)
    const isThere = (one: Parameter) => one.name === name || /^[.[]/.test(afterStart(one.name, name))
    const recent = this.#shown.splice(since)
    const first = recent.findIndex(isThere)
    this.#shown.push(
      ...recent.flatMap((one, at) => (at === first ? { name, value } : isThere(one) ? [] : one)),
    )
  }

  leave(chars: number): void {
    this.#left++
    this.#leftChars += chars
  }

  all(): readonly Parameter[] {
    if (this.#left === 0) return this.#shown
    const cut = redactText(cutAway(this.#leftChars), VALUE_LIMIT_CHARS)
    return [...this.#shown, { name: this.#part, value: safe`${this.#left} more fields ${cut}` }]
  }

  #nameOf(place: string): Redacted {
    return place === '' ? this.#part : safe`${this.#part} ${redactText(place, VALUE_LIMIT_CHARS)}`
  }
}

function afterStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : ''
}
