type CodeTest = (code: number) => boolean

/** Text quoted in quoted text in quoted text: `\\\"`. */
const BACKSLASHES = 15
/** `user["password"]=` closes its name twice; more is no name. */
const CLOSERS = 3

export interface Quote {
  readonly char: string
  readonly backslashes: number
  /** Past the quote. */
  readonly end: number
}

/** Runs of characters in one text, and how many were looked at. */
export class Reader {
  steps = 0
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** The first index from `at` on whose character does not pass. */
  while(at: number, passes: CodeTest): number {
    let end = at
    while (end < this.text.length && passes(this.text.charCodeAt(end))) end++
    this.steps += end - at + 1
    return end
  }

  until(at: number, passes: CodeTest): number {
    return this.while(at, (code) => !passes(code))
  }

  /** The quote that starts at `at`, with the backslashes before it. */
  quote(at: number): Quote | undefined {
    let quote = at
    while (quote - at < BACKSLASHES && this.text[quote] === '\\') quote++
    this.steps += quote - at + 1
    const char = this.text[quote]
    return char !== undefined && isQuote(char.charCodeAt(0))
      ? { char, backslashes: quote - at, end: quote + 1 }
      : undefined
  }

  /** Past what closes a name: quotes and brackets, plain or percent-encoded. */
  closers(at: number): number {
    let end = at
    for (let count = 0; count < CLOSERS; count++) {
      const code = this.text.slice(end, end + 3).toLowerCase()
      if (ENCODED_CLOSERS.has(code)) end += 3
      else if (code[0] === ']' || code[0] === '[') end += 1
      else end = this.quote(end)?.end ?? end
    }
    return end
  }
}

const ENCODED_CLOSERS: ReadonlySet<string> = new Set(['%22', '%27', '%5b', '%5d'])

export function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

/** `_` and `-`. */
export function isKey(code: number): boolean {
  return isAlphanumeric(code) || code === 95 || code === 45
}

/** What names are made of, with the dots of `config.password`. */
export function isWord(code: number): boolean {
  return isKey(code) || code === 46
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 160
}

export function isLineEnd(code: number): boolean {
  return code === 10 || code === 13
}

/** Double, single and back quote. */
export function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96
}
