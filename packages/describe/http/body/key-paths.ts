import { hasOneSpelling, isNameLike, VALUE } from '../name-like.ts'

/** More keys are none that somebody designed, and a leaf has to hold them all. */
const KEYS_LIMIT = 128
const KEYS_LIMIT_CHARS = 8192
/** These mean a place inside something in our own spelling of a path. */
const PLACES = /[.[\]]/

/** Gathers the keys of a body as facts have them. */
export class KeyPaths {
  /** False where a target may read another key than stands here. */
  known = true
  readonly #paths = new Set<string>()
  /** How each word is spelt in a path: bodies repeat theirs. */
  readonly #words = new Map<string, string>()
  #chars = 0
  readonly #isKnown: (key: string) => boolean

  /** `isKnown`: whether a key is one and the same to every reader. */
  constructor(isKnown: (key: string) => boolean = hasOneSpelling) {
    this.#isKnown = isKnown
  }

  /** The path of this key inside `outer`, which it also keeps. */
  add(outer: string, key: string): string {
    return this.keep(outer === '' ? this.#word(key) : `${outer}.${this.#word(key)}`)
  }

  /** A key that has no place inside another: its dots and brackets are its own. */
  addWhole(key: string): string {
    if (!this.#isKnown(key)) this.known = false
    return this.keep(isNameLike(key) ? key : VALUE)
  }

  /** Keeps a path that is made of names already. */
  keep(path: string): string {
    if (this.#paths.has(path)) return path
    this.#chars += path.length
    if (this.#paths.size >= KEYS_LIMIT || this.#chars > KEYS_LIMIT_CHARS) this.known = false
    else this.#paths.add(path)
    return path
  }

  all(): readonly string[] {
    return [...this.#paths].toSorted()
  }

  #word(key: string): string {
    const before = this.#words.get(key)
    if (before !== undefined) return before
    const word = isNameLike(key) && !PLACES.test(key) ? key : VALUE
    if (word === VALUE || !this.#isKnown(key)) this.known = false
    // Beyond the limit nothing is remembered: whoever sends so many chooses how many.
    if (this.#words.size < KEYS_LIMIT) this.#words.set(key, word)
    return word
  }
}
