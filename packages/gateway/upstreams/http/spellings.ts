/**
 * The ways in which programs spell a text when they repeat it. A character may be spelled differently from the one before
 * it, so a spelling is no text but a row of units, each a tree of the byte sequences that stand for one character. All of it
 * is in lower case: letters are compared without it.
 */
export type Spelling = readonly Unit[]

export interface Unit {
  readonly id: number
  readonly next: ReadonlyMap<number, Unit>
  /** The bytes up to here are one of the sequences. */
  readonly ends: boolean
}

/** A shorter piece of base64 or hex stands in too many innocent texts, and says next to nothing. */
const PIECE_CHARS = 6
/** What encoders put into long lines of base64 and hex, also when the lines stand in JSON or in a header. */
const LINE_BREAKS = ['\n', '\r\n', '\\n', '\\r\\n', '\n ', '\r\n ', '\r\n\t']
const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
])
/** HTML takes any number of zeros before the digits; nobody writes more. */
const LEADING_ZEROS = ['', '0', '00', '000', '0000']
/** Once, and once more in what is quoted again: there an escape has a backslash of its own. */
const BACKSLASHES = ['\\', '\\\\', '\\\\\\']

export function spellingsOf(credential: string): readonly Spelling[] {
  return [credential, ...basicParts(credential)].flatMap((text) => [
    Array.from(text, charUnit),
    ...charsetsOf(text).flatMap((bytes) => [hexOf(bytes), ...base64Pieces(bytes)]),
  ])
}

/** User and password inside a credential of the Basic scheme, and the password alone: servers know it in that form. */
function basicParts(credential: string): readonly string[] {
  const decoded = Buffer.from(credential, 'base64')
  const text = decoded.toString()
  if (decoded.toString('base64') !== credential || !/^[\x20-\x7e]+:[\x20-\x7e]+$/.test(text)) return []
  const password = text.slice(text.indexOf(':') + 1)
  return password === '' ? [text] : [text, password]
}

/** In UTF-8, and as it went over the wire: a header is Latin-1. */
function charsetsOf(text: string): readonly Buffer[] {
  const utf8 = Buffer.from(text)
  const latin1 = Buffer.from(text, 'latin1')
  return latin1.equals(utf8) || latin1.toString('latin1') !== text ? [utf8] : [utf8, latin1]
}

function hexOf(bytes: Buffer): Spelling {
  const pairs = bytes.toString('hex').match(/../g) ?? []
  return pairs.length * 2 < PIECE_CHARS ? [] : pairs.map((pair, at) => lineUnit(pair, at > 0, [' ', ':']))
}

/** Whatever stands before it shifts base64 by up to two bytes; of each shift, the characters that come from these bytes alone. */
function base64Pieces(bytes: Buffer): readonly Spelling[] {
  const pieces = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
    const from = Math.ceil((shift * 8) / 6)
    const to = Math.floor((shifted.length * 8) / 6)
    return [shifted.toString('base64').slice(from, to), shifted.toString('base64url').slice(from, to)]
  })
  return [...new Set(pieces)]
    .filter((piece) => piece.length >= PIECE_CHARS)
    .map((piece) => Array.from(piece, (char, at) => lineUnit(char, at > 0, [])))
}

/** Units tell of a character and not of a credential, so that they are made once. */
const units = new Map<string, Unit>()

function unitOf(key: string, sequences: () => readonly string[]): Unit {
  const known = units.get(key)
  if (known !== undefined) return known
  const made = treeOf(sequences())
  units.set(key, made)
  return made
}

function charUnit(char: string): Unit {
  return unitOf(char, () => sequencesOf(char))
}

/** A piece of encoded text, with a line break before it unless it is the first. */
function lineUnit(piece: string, follows: boolean, between: readonly string[]): Unit {
  return unitOf(`${follows ? 'next' : 'first'} ${between.length} ${piece}`, () => [
    piece,
    ...(follows ? [...LINE_BREAKS, ...between].map((gap) => gap + piece) : []),
    ...(/[0-9a-z]/i.test(piece) ? [] : sequencesOf(piece)),
  ])
}

/** Every byte sequence that stands for this character, as Latin-1. */
function sequencesOf(char: string): readonly string[] {
  const cases = [...new Set([char, char.toLowerCase(), char.toUpperCase()])]
  return [...cases.flatMap(plain), ...cases.flatMap(percent), ...escapes(char), ...entities(char)]
}

function plain(text: string): readonly string[] {
  const utf16 = Buffer.from(text, 'utf16le')
  const bytes = [...charsetsOf(text), utf16, Buffer.from(utf16).swap16()]
  return bytes.map((one) => one.toString('latin1'))
}

/** RFC 3986, 2.1, also of a text that is part of a URL in a URL. `+` is a space in forms. */
function percent(text: string): readonly string[] {
  const escaped = charsetsOf(text).map((bytes) => bytes.toString('hex').replace(/../g, '%$&'))
  return [...escaped, ...escaped.map((one) => one.replaceAll('%', '%25')), ...(text === ' ' ? ['+'] : [])]
}

/** As in JSON, JavaScript, Python and shells. Before a letter or digit a backslash alone would mean something else. */
function escapes(char: string): readonly string[] {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const point = char.codePointAt(0) ?? 0
  const codes = char.split('').map((half) => hex(half.charCodeAt(0), 4))
  const after = [`u{${hex(point, 1)}}`, ...(point < 256 ? [`x${hex(point, 2)}`] : [])]
  return BACKSLASHES.flatMap((backslash) => [
    codes.map((code) => `${backslash}u${code}`).join(''),
    ...after.map((escape) => backslash + escape),
    ...(/[^0-9a-z\x80-\uffff]/i.test(char) ? [backslash + char] : []),
    ...(char === '\t' ? [`${backslash}t`] : []),
    // Quoted three times.
    ...(char === '\\' ? ['\\'.repeat(8)] : []),
  ])
}

/** Browsers forgive a missing semicolon; `&` may have been escaped once more. */
function entities(char: string): readonly string[] {
  const point = char.codePointAt(0) ?? 0
  const digits = [String(point), `x${point.toString(16)}`]
  const numeric = digits.flatMap((text) =>
    LEADING_ZEROS.map((zeros) =>
      text.startsWith('x') ? `&#x${zeros}${text.slice(1)}` : `&#${zeros}${text}`,
    ),
  )
  const named = NAMED.get(char)
  const all = [...numeric, ...numeric.map((one) => `${one};`), ...(named === undefined ? [] : [named])]
  return [...all, ...all.map((one) => one.replace('&', '&amp;'))]
}

interface Growing {
  readonly id: number
  readonly next: Map<number, Growing>
  ends: boolean
}

let made = 0

function treeOf(sequences: readonly string[]): Unit {
  const root = grown()
  for (const sequence of sequences) {
    let unit = root
    for (const byte of Buffer.from(sequence, 'latin1')) {
      const folded = lowerCase(byte)
      const next = unit.next.get(folded) ?? grown()
      unit.next.set(folded, next)
      unit = next
    }
    unit.ends = true
  }
  return root
}

function grown(): Growing {
  return { id: made++, next: new Map(), ends: false }
}

/** Of ASCII; other letters have both cases among their sequences. */
export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}
