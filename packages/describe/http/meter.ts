import type { CutBy } from '@sallyport/core/lifecycle/life'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type JsonListener, JsonScanner } from '../json/scanner.ts'
import type { Cap, FieldLabels } from './cap.ts'
import { trimmed } from './trimmed.ts'

/** Looks at an answer as it comes, and says when it crosses its cap: then nothing of that chunk may go on. */
export interface Meter {
  push(chunk: Uint8Array): Crossing | undefined
  /** Nothing follows. */
  end(): Crossing | undefined
}

export interface Crossing {
  readonly by: CutBy
  /** `the answer …` */
  readonly says: Redacted
}

/** Deeper, or with more keys open at once, is nothing that a client could use either. */
const LIMITS = { depth: 256, keys: 100_000, keyChars: 1_048_576, textChars: 0 }
/** Of the line that names the columns. */
const HEAD_LINE_LIMIT_BYTES = 65_536
/** In others a line break, a brace or a name may be spelt with other bytes. */
const LIKE_ASCII: ReadonlySet<string> = new Set(['utf-8', 'us-ascii', 'iso-8859-1', 'windows-1252'])

/** Null where nothing is to be counted. `type`: its Content-Type; null where there is none, two, or only a piece of it came. */
export function meterOf(cap: Cap, fields: FieldLabels, type: string | null): Meter | null {
  if (cap.bytes === null && cap.items === null && cap.classes === null) return null
  const counter = cap.items === null && cap.classes === null ? null : counterOf(type, new Tally(cap, fields))
  let bytes = 0
  return {
    push(chunk) {
      bytes += chunk.length
      if (cap.bytes !== null && bytes > cap.bytes) return tooManyBytes(cap.bytes)
      return chunk.length === 0 ? undefined : counter?.push(chunk)
    },
    // What has no content has no items either.
    end: () => (bytes === 0 ? undefined : counter?.end()),
  }
}

export function tooManyBytes(bytes: number): Crossing {
  return { by: 'bytes', says: safe`has more than ${bytes} bytes` }
}

function counterOf(type: string | null, tally: Tally): Meter {
  const [name = '', ...parameters] = (type ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const [, charset] =
    /^charset="?([^"]*)"?$/.exec(parameters.find((one) => one.startsWith('charset')) ?? '') ?? []
  if (charset !== undefined && !LIKE_ASCII.has(charset)) return uncountable(tally)
  if (name === 'application/json' || /^[a-z]+\/[a-z0-9!#$&^_.-]+\+json$/.test(name)) return jsonCounter(tally)
  if (name === 'application/x-ndjson') return lineCounter(tally)
  if (name === 'text/csv') return tableCounter(tally, parameters.includes('header=present'))
  return name === 'text/event-stream' ? eventCounter(tally) : uncountable(tally)
}

/** What was counted so far, against what is allowed. */
class Tally implements JsonListener {
  crossing: Crossing | undefined
  readonly #cap: Cap
  readonly #forbidden: ReadonlyMap<string, string>
  /** For each open array how many elements it had, for each open object -1. */
  readonly #open: number[] = []
  #rows = 0

  constructor(cap: Cap, fields: FieldLabels) {
    this.#cap = cap
    const { classes } = cap
    this.#forbidden = new Map(
      Object.entries(fields).flatMap(([name, labels]) => {
        const label = classes === null ? undefined : labels.find((one) => !classes.includes(one))
        return label === undefined ? [] : [[name.toLowerCase(), label]]
      }),
    )
  }

  get readsNames(): boolean {
    return this.#cap.classes !== null
  }

  row(): Crossing | undefined {
    return this.#limit(++this.#rows)
  }

  name(name: string): void {
    const label = this.#forbidden.get(name.toLowerCase())
    if (label !== undefined)
      this.crossing ??= {
        by: 'classes',
        says: safe`has a field of the class \`${redactText(label, VALUE_LIMIT_CHARS)}\``,
      }
  }

  uncounted(): Crossing {
    this.crossing ??= {
      by: this.#cap.items === null ? 'classes' : 'items',
      says: safe`is of a form whose items and fields cannot be counted`,
    }
    return this.crossing
  }

  opened(what: 'object' | 'array'): void {
    this.#element()
    this.#open.push(what === 'array' ? 0 : -1)
  }

  closed(): void {
    this.#open.pop()
  }

  key(name: string): void {
    this.name(name)
  }

  scalar(): void {
    this.#element()
  }

  #element(): void {
    const count = this.#open.pop()
    if (count === undefined) return
    this.#open.push(count < 0 ? count : count + 1)
    if (count >= 0) this.#limit(count + 1)
  }

  #limit(count: number): Crossing | undefined {
    const { items } = this.#cap
    if (items !== null && count > items)
      this.crossing ??= { by: 'items', says: safe`has more than ${items} items` }
    return this.crossing
  }
}

function uncountable(tally: Tally): Meter {
  return { push: () => tally.uncounted(), end: () => tally.crossing }
}

function jsonCounter(tally: Tally): Meter {
  const scanner = new JsonScanner(tally, LIMITS)
  return {
    push: (chunk) => (scanner.push(chunk) === 'fine' ? tally.crossing : tally.uncounted()),
    end: () => (scanner.finish() === 'fine' ? tally.crossing : tally.uncounted()),
  }
}

/** Lines, each a JSON text: the more of lines and of elements in one of them. */
function lineCounter(tally: Tally): Meter {
  let scanner = new JsonScanner(tally, LIMITS)
  let isBlank = true
  const endLine = (): Crossing | undefined => {
    if (isBlank) return tally.crossing
    const stand = scanner.finish()
    scanner = new JsonScanner(tally, LIMITS)
    isBlank = true
    return stand === 'fine' ? tally.row() : tally.uncounted()
  }
  return {
    push(chunk) {
      for (const [line, ends] of linesIn(chunk, LF)) {
        isBlank &&= line.every(isSpace)
        if (scanner.push(line) !== 'fine') return tally.uncounted()
        if (ends && endLine() !== undefined) return tally.crossing
      }
      return tally.crossing
    },
    end: endLine,
  }
}

/** Rows by their line ends, also those inside quotes: which quotes a reader honours is the reader's own idea. */
function tableCounter(tally: Tally, hasHead: boolean): Meter {
  if (tally.readsNames && !hasHead) return uncountable(tally)
  let head: Uint8Array[] | null = []
  let headBytes = 0
  let isBlank = true
  const endLine = (): Crossing | undefined => {
    if (isBlank) return tally.crossing
    isBlank = true
    if (head === null) return tally.row()
    for (const name of columnsOf(head)) tally.name(name)
    head = null
    return tally.crossing
  }
  return {
    push(chunk) {
      for (const [line, ends] of linesIn(chunk, CR_OR_LF)) {
        isBlank &&= line.length === 0
        if (head !== null) {
          head.push(line)
          headBytes += line.length
          if (headBytes > HEAD_LINE_LIMIT_BYTES) return tally.uncounted()
        }
        if (ends && endLine() !== undefined) return tally.crossing
      }
      return tally.crossing
    },
    end: endLine,
  }
}

function columnsOf(head: readonly Uint8Array[]): readonly string[] {
  const decoder = new TextDecoder()
  const line = `${head.map((part) => decoder.decode(part, { stream: true })).join('')}${decoder.decode()}`
  return line.split(/[,;|\t]/).map((name) => trimmed(name, /[\s"']/))
}

/** WHATWG HTML, 9.2.6: an event is what stands before an empty line. */
function eventCounter(tally: Tally): Meter {
  if (tally.readsNames) return uncountable(tally)
  let isEmptyLine = true
  let isInEvent = false
  let wasCr = false
  const endLine = (): void => {
    if (isEmptyLine && isInEvent) tally.row()
    isInEvent = !isEmptyLine
    isEmptyLine = true
  }
  return {
    push(chunk) {
      for (const byte of chunk) {
        if (byte === 0x0d || (byte === 0x0a && !wasCr)) endLine()
        else if (byte !== 0x0a) isEmptyLine = false
        wasCr = byte === 0x0d
      }
      return tally.crossing
    },
    end() {
      endLine()
      endLine()
      return tally.crossing
    },
  }
}

const LF: ReadonlySet<number> = new Set([0x0a])
const CR_OR_LF: ReadonlySet<number> = new Set([0x0a, 0x0d])

/** The pieces of a chunk, and whether a line ends behind each. */
function* linesIn(chunk: Uint8Array, breaks: ReadonlySet<number>): Generator<readonly [Uint8Array, boolean]> {
  let from = 0
  for (let at = 0; at < chunk.length; at++) {
    if (!breaks.has(chunk[at] ?? 0)) continue
    yield [chunk.subarray(from, at), true]
    from = at + 1
  }
  yield [chunk.subarray(from), false]
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
