import { cutAway } from '@sallyport/core/redact/marker'
import { type Parameter, redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'

/** More is not read by anybody, and every card is kept with its action. */
const FIELDS_LIMIT = 100
const FIELDS_LIMIT_CHARS = 32_768

/** Gathers what a reviewer reads of a body. What is left out is counted, and makes the card one that is not whole. */
export class ShownBody {
  readonly #shown: Parameter[] = []
  #chars = 0
  #left = 0
  #leftChars = 0

  /** Whether the next one would be shown: making what is not is spared. */
  hasRoom(): boolean {
    return this.#left === 0 && this.#shown.length < FIELDS_LIMIT && this.#chars < FIELDS_LIMIT_CHARS
  }

  add(place: string, value: Redacted): void {
    const name = nameOf(place)
    this.#chars += name.length + value.length
    this.#shown.push({ name, value })
  }

  leave(chars: number): void {
    this.#left++
    this.#leftChars += chars
  }

  all(): readonly Parameter[] {
    if (this.#left === 0) return this.#shown
    const cut = redactText(cutAway(this.#leftChars), VALUE_LIMIT_CHARS)
    return [...this.#shown, { name: safe`body`, value: safe`${this.#left} more fields ${cut}` }]
  }
}

function nameOf(place: string): Redacted {
  return place === '' ? safe`body` : safe`body ${redactText(place, VALUE_LIMIT_CHARS)}`
}
