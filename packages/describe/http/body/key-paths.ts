import { hasOneSpelling, isNameLike, VALUE, wordOf } from '../name-like.ts'

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
  /** The path of each of them inside another: a body repeats these too. */
  readonly #inner = new Map<string, Map<string, string>>()
  #chars = 0
  /** Nothing more is kept, so that nothing more need be spelt. */
  #isFull = false
  readonly #isKnown: (key: string) => boolean

  /** `isKnown`: whether a key is one and the same to every reader. */
  constructor(isKnown: (key: string) => boolean = hasOneSpelling) {
    this.#isKnown = isKnown
  }

  /** The path of this key inside `outer`, which it also keeps. */
  add(outer: string, key: string): string {
    return this.#isFull ? outer : this.#keepInside(outer, this.#word(key))
  }

  /** The same of a key that stands below a secret's name and may be one itself. */
  addHidden(outer: string): string {
    this.known = false
    return this.#isFull ? outer : this.#keepInside(outer, VALUE)
  }

  /** A key that has no place inside another: its dots and brackets are its own. */
  addWhole(key: string): string {
    if (this.#isFull) return VALUE
    if (!this.#isKnown(key)) this.known = false
    return this.keep(wordOf(key))
  }

  /** Keeps a path that is made of names already. */
  keep(path: string): string {
    if (this.#isFull || this.#paths.has(path)) return path
    this.#chars += path.length
    this.#isFull = this.#paths.size >= KEYS_LIMIT || this.#chars > KEYS_LIMIT_CHARS
    if (this.#isFull) this.known = false
    else this.#paths.add(path)
    return path
  }

  all(): readonly string[] {
    return [...this.#paths].toSorted()
  }

  #keepInside(outer: string, word: string): string {
    const words = this.#inner.get(outer) ?? new Map<string, string>()
    const path = words.get(word) ?? this.keep(outer === '' ? word : `${outer}.${word}`)
    this.#inner.set(outer, words.set(word, path))
    return path
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
