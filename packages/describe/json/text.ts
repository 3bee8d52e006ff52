/** What a string of JSON is, piece by piece: the bytes may be cut anywhere, also inside an escape or a character. */

type Stand = 'open' | 'closed' | 'broken'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
/** Up to here it is faster to spell out ASCII by hand than to call the decoder. */
const SHORT_BYTES = 32
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const UNICODE = /^u[0-9A-Fa-f]{0,4}$/
const UNICODE_CHARS = 5

/** Reads one string after the other. Escapes are undone; what is not UTF-8 breaks it. */
export class JsonText {
  stand: Stand = 'closed'
  text = ''
  /** False: it is longer than what was kept of it. */
  whole = true
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #limitChars = 0
  /** What stands after a backslash that is not complete yet. */
  #escape: string | null = null
  /** The decoder may hold the beginning of a character. */
  #holds = false

  /** After the opening quote. Of a longer text the first `limitChars` are kept. */
  open(limitChars: number): void {
    this.stand = 'open'
    this.text = ''
    this.whole = true
    this.#limitChars = limitChars
    this.#escape = null
    this.#holds = false
  }

  /** Reads on at `at`, up to the closing quote or the end of the chunk. The index after what was read. */
  read(chunk: Uint8Array, at: number): number {
    let next = at
    while (next < chunk.length && this.stand === 'open')
      next = this.#escape === null ? this.#plain(chunk, next) : this.#escaped(chunk, next)
    return next
  }

  #plain(chunk: Uint8Array, start: number): number {
    let bits = 0
    let end = start
    for (; end < chunk.length; end++) {
      const byte = chunk[end] ?? 0
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break
      bits |= byte
    }
    const isCut = end === chunk.length
    this.#decode(chunk, start, end, bits < 0x80, isCut)
    if (isCut || this.stand === 'broken') return end
    const stop = chunk[end]
    if (stop === QUOTE) this.stand = 'closed'
    else if (stop === BACKSLASH) this.#escape = ''
    else this.stand = 'broken'
    return end + 1
  }

  #escaped(chunk: Uint8Array, at: number): number {
    const escape = `${this.#escape ?? ''}${String.fromCharCode(chunk[at] ?? 0)}`
    const short = escape.length === 1 ? SHORT_ESCAPES[escape] : undefined
    this.#escape = escape
    if (short !== undefined) this.#unescaped(short)
    else if (!UNICODE.test(escape)) this.stand = 'broken'
    else if (escape.length === UNICODE_CHARS)
      this.#unescaped(String.fromCharCode(Number.parseInt(escape.slice(1), 16)))
    return at + 1
  }

  #unescaped(char: string): void {
    this.#escape = null
    this.#keep(char)
  }

  /** Also an empty piece is decoded where a character is begun: it must not end here. */
  #decode(chunk: Uint8Array, start: number, end: number, isAscii: boolean, isCut: boolean): void {
    if (!this.#holds && isAscii && end - start <= SHORT_BYTES) {
      this.#keep(asciiOf(chunk, start, end))
      return
    }
    try {
      this.#keep(this.#decoder.decode(chunk.subarray(start, end), { stream: isCut }))
      this.#holds = isCut
    } catch {
      this.stand = 'broken'
    }
  }

  #keep(piece: string): void {
    const room = this.#limitChars - this.text.length
    if (piece.length > room) this.whole = false
    if (room > 0) this.text += piece.length > room ? piece.slice(0, room) : piece
  }
}

/** By hand: spread into `fromCharCode`, bytes go through an iterator each. */
export function asciiOf(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}
