import { asciiOf, JsonText } from './text.ts'

/**
 * What a scanner tells, in the order of the text. While it does, `start` and `end` of the scanner are the bytes of the very
 * token. What was told of a text that turns out broken further on was told too early: hold it back, or undo it.
 */
export interface JsonListener {
  opened(what: 'object' | 'array'): void
  closed(what: 'object' | 'array'): void
  /** `again`: this object has had it already, whatever escapes it was spelt with. Its value follows. */
  key(name: string, again: boolean): void
  /** A string without quotes and escapes, a number as it was spelt, `true`, `false` or `null`. */
  scalar(type: JsonType, text: string, whole: boolean): void
}

export type JsonType = 'string' | 'number' | 'boolean' | 'null'

/** `syntax`: no JSON (RFC 8259), or not UTF-8. `too-deep`, `too-long`, `too-many`: past a limit, and not looked into further. */
export type JsonStand = 'fine' | 'syntax' | 'too-deep' | 'too-long' | 'too-many'

export interface JsonLimits {
  /** Objects and arrays inside each other. */
  readonly depth: number
  /** Keys of all objects that are open at one time: they are remembered, so that a second one is seen. */
  readonly keys: number
  /** Of all these keys together. */
  readonly keyChars: number
  /** Of a longer string that is a value, this much is kept. */
  readonly textChars: number
}

/** A key or a number that is longer is none that somebody designed. */
const WORD_LIMIT_CHARS = 1024
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const LITERALS: Readonly<Record<string, JsonType>> = { true: 'boolean', false: 'boolean', null: 'null' }

interface OpenKeys {
  readonly names: Set<string>
  chars: number
}

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing'

/**
 * Reads one JSON text as it comes, in one pass and without recursion. Strict: what one parser takes and another does not is
 * `syntax`. Duplicate keys are told and not judged, since every parser has its own idea of which one counts.
 */
export class JsonScanner {
  /** Bytes since the beginning, while the listener is told of a token. */
  start = 0
  end = 0
  readonly #listener: JsonListener
  readonly #limits: JsonLimits
  readonly #text = new JsonText()
  /** For each open object the keys it had, for each open array null. */
  readonly #open: (OpenKeys | null)[] = []
  #stand: JsonStand = 'fine'
  #wanted: Wanted = 'value'
  #token: 'none' | 'key' | 'string' | 'word' = 'none'
  #word = ''
  #keys = 0
  #keyChars = 0
  /** Bytes of earlier chunks. */
  #before = 0

  constructor(listener: JsonListener, limits: JsonLimits) {
    this.#listener = listener
    this.#limits = limits
  }

  /** The next bytes. Once it is not `fine` it stays so, and nothing more is told. */
  push(chunk: Uint8Array): JsonStand {
    let at = 0
    while (at < chunk.length && this.#stand === 'fine') {
      if (this.#token === 'none') at = this.#begin(chunk, at)
      else if (this.#token === 'word') at = this.#readWord(chunk, at)
      else at = this.#readText(chunk, at)
    }
    this.#before += chunk.length
    return this.#stand
  }

  /** Nothing follows: whether it was one whole JSON text. */
  finish(): JsonStand {
    if (this.#stand === 'fine' && this.#token === 'word') this.#endWord(this.#before)
    if (this.#stand === 'fine' && this.#wanted !== 'nothing') this.#stand = 'syntax'
    return this.#stand
  }

  #begin(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1
    this.start = this.#before + at
    this.end = this.start + 1
    switch (byte) {
      case 0x22:
        this.#beginText()
        break
      case 0x7b:
      case 0x5b:
        this.#openOne(byte === 0x7b ? 'object' : 'array')
        break
      case 0x7d:
      case 0x5d:
        this.#closeOne(byte === 0x7d ? 'object' : 'array')
        break
      case 0x3a:
        this.#want(this.#wanted === ':', 'value')
        break
      case 0x2c:
        this.#want(this.#wanted === ', or end', this.#isInObject() ? 'key' : 'value')
        break
      default:
        if (!isWordByte(byte) || !this.#wantsValue()) this.#stand = 'syntax'
        this.#token = 'word'
        this.#word = ''
        return at
    }
    return at + 1
  }

  #beginText(): void {
    const isKey = this.#wanted === 'key' || this.#wanted === 'key or }'
    if (!isKey && !this.#wantsValue()) this.#stand = 'syntax'
    this.#token = isKey ? 'key' : 'string'
    this.#text.open(isKey ? WORD_LIMIT_CHARS : this.#limits.textChars)
  }

  #readText(chunk: Uint8Array, at: number): number {
    const next = this.#text.read(chunk, at)
    if (this.#text.stand === 'broken') this.#stand = 'syntax'
    if (this.#text.stand !== 'closed') return next
    this.end = this.#before + next
    const { text, whole } = this.#text
    if (this.#token === 'key') this.#endKey(text, whole)
    else this.#endScalar('string', text, whole)
    return next
  }

  #endKey(name: string, whole: boolean): void {
    const keys = this.#open.at(-1)
    if (!whole) this.#stand = 'too-long'
    else if (this.#keys >= this.#limits.keys) this.#stand = 'too-many'
    else if (this.#keyChars + name.length > this.#limits.keyChars) this.#stand = 'too-many'
    if (this.#stand !== 'fine' || keys === null || keys === undefined) return
    const again = keys.names.has(name)
    if (!again) this.#remember(keys, name)
    this.#token = 'none'
    this.#wanted = ':'
    this.#listener.key(name, again)
  }

  #remember(keys: OpenKeys, name: string): void {
    keys.names.add(name)
    keys.chars += name.length
    this.#keys++
    this.#keyChars += name.length
  }

  #readWord(chunk: Uint8Array, start: number): number {
    let end = start
    while (end < chunk.length && isWordByte(chunk[end] ?? 0)) end++
    if (this.#word.length + end - start > WORD_LIMIT_CHARS) this.#stand = 'too-long'
    else this.#word += asciiOf(chunk, start, end)
    if (end < chunk.length && this.#stand === 'fine') this.#endWord(this.#before + end)
    return end
  }

  #endWord(end: number): void {
    this.end = end
    const type = Object.hasOwn(LITERALS, this.#word) ? LITERALS[this.#word] : undefined
    if (type !== undefined) this.#endScalar(type, this.#word, true)
    else if (NUMBER.test(this.#word)) this.#endScalar('number', this.#word, true)
    else this.#stand = 'syntax'
  }

  #endScalar(type: JsonType, text: string, whole: boolean): void {
    this.#token = 'none'
    this.#afterValue()
    this.#listener.scalar(type, text, whole)
  }

  #openOne(what: 'object' | 'array'): void {
    if (!this.#wantsValue()) this.#stand = 'syntax'
    else if (this.#open.length >= this.#limits.depth) this.#stand = 'too-deep'
    if (this.#stand !== 'fine') return
    this.#open.push(what === 'object' ? { names: new Set(), chars: 0 } : null)
    this.#wanted = what === 'object' ? 'key or }' : 'value or ]'
    this.#listener.opened(what)
  }

  #closeOne(what: 'object' | 'array'): void {
    const empty: Wanted = what === 'object' ? 'key or }' : 'value or ]'
    const isOurs = this.#open.length > 0 && this.#isInObject() === (what === 'object')
    if (!isOurs || (this.#wanted !== ', or end' && this.#wanted !== empty)) {
      this.#stand = 'syntax'
      return
    }
    const closed = this.#open.pop()
    this.#keys -= closed?.names.size ?? 0
    this.#keyChars -= closed?.chars ?? 0
    this.#afterValue()
    this.#listener.closed(what)
  }

  #want(isFine: boolean, next: Wanted): void {
    if (isFine) this.#wanted = next
    else this.#stand = 'syntax'
  }

  #afterValue(): void {
    this.#wanted = this.#open.length === 0 ? 'nothing' : ', or end'
  }

  #wantsValue(): boolean {
    return this.#wanted === 'value' || this.#wanted === 'value or ]'
  }

  #isInObject(): boolean {
    return (this.#open.at(-1) ?? null) !== null
  }
}

/** What numbers, `true`, `false` and `null` are made of, and what looks like it: `NaN`, `0x1`. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  )
}
