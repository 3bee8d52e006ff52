import { lowerCase, type Spelling, spellingsOf, type Unit } from './spellings.ts'

/**
 * Overwrites a credential wherever it comes back, so that a target which echoes requests does not hand it to the agent
 * (claim G8). Each byte becomes a `*`: lengths and framing stay as they were.
 */
export interface Veil {
  text(value: string): string
  /** One for each body: it remembers what a chunk ended with. */
  stream(): VeiledStream
}

export interface VeiledStream {
  /** What can go on of what came so far. Held back is only what may be the beginning of the credential. */
  push(chunk: Uint8Array): Uint8Array
  end(): Uint8Array
}

const STAR = 0x2a

export function veilOf(credential: string): Veil {
  const spellings = spellingsOf(credential)
  const beginnings = beginningsOf(spellings)
  const pairs = pairsOf(spellings)
  return {
    text(value) {
      const stream = veiledStream(beginnings, pairs)
      const bytes = [stream.push(Buffer.from(value, 'latin1')), stream.end()]
      return Buffer.concat(bytes).toString('latin1')
    },
    stream: () => veiledStream(beginnings, pairs),
  }
}

/** Nothing to hide. */
export const NO_VEIL: Veil = {
  text: (value) => value,
  stream: () => ({ push: (chunk) => chunk, end: () => new Uint8Array() }),
}

/** Nothing of the content goes on: RFC 9110, 15.3.6 has none in a 205, whatever a target sends with it. */
export const ALL_VEILED: Veil = {
  text: (value) => value,
  stream: () => ({ push: () => new Uint8Array(), end: () => new Uint8Array() }),
}

/** Somewhere inside a spelling that began at `start`: in its unit `at`, of which `unit` is what is left. */
interface Match {
  readonly spelling: Spelling
  /** Tells this place in the spelling from all places in all others. */
  readonly place: number
  readonly at: number
  readonly unit: Unit
  readonly start: number
}

type Beginning = Pick<Match, 'spelling' | 'place' | 'unit'>

/** By the byte that they begin with, in lower case. */
function beginningsOf(spellings: readonly Spelling[]): readonly (readonly Beginning[])[] {
  const byByte: Beginning[][] = Array.from({ length: 256 }, () => [])
  let place = 0
  for (const spelling of spellings) {
    const [unit] = spelling
    if (unit !== undefined) for (const byte of unit.next.keys()) byByte[byte]?.push({ spelling, place, unit })
    place += spelling.length
  }
  return byByte
}

/**
 * Which two bytes, in lower case, begin any spelling: nearly all bytes of an ordinary answer are passed by here, where a match
 * that is begun and given up would cost twenty times as much.
 */
function pairsOf(spellings: readonly Spelling[]): Uint8Array {
  const pairs = new Uint8Array(256 * 256)
  for (const [unit, following] of spellings) {
    for (const [first, after] of unit?.next ?? []) {
      const seconds = [...after.next.keys(), ...(after.ends ? (following?.next.keys() ?? EVERY_BYTE) : [])]
      for (const second of seconds) pairs[first * 256 + second] = 1
    }
  }
  return pairs
}

const EVERY_BYTE: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte)

/**
 * All spellings at once, in one pass: each byte is looked at by the matches that are under way, of which there is at most one
 * for each place in a spelling. Of two that meet there the earlier one covers the later.
 */
function veiledStream(beginnings: readonly (readonly Beginning[])[], pairs: Uint8Array): VeiledStream {
  let held: Buffer = Buffer.alloc(0)
  let heldFrom = 0
  /** By their start, the earliest first. */
  let matches: readonly Match[] = []
  const reached = new Map<number, number>()

  /** What goes on past this byte, and where the earliest of those began that end with it. */
  const advance = (byte: number, offset: number): number => {
    let whole = offset + 1
    const begun = beginnings[byte] ?? []
    if (matches.length === 0 && begun.length === 0) return whole
    const next: Match[] = []
    const reach = (match: Match): void => {
      const key = (match.place + match.at) * PLACES + match.unit.id
      if (reached.get(key) === offset) return
      reached.set(key, offset)
      next.push(match)
    }
    const follow = ({ spelling, place, at, unit, start }: Match): void => {
      const after = unit.next.get(byte)
      if (after === undefined) return
      if (after.next.size > 0) reach({ spelling, place, at, unit: after, start })
      if (!after.ends) return
      const following = spelling[at + 1]
      if (following === undefined) whole = Math.min(whole, start)
      else reach({ spelling, place, at: at + 1, unit: following, start })
    }
    for (const match of matches) follow(match)
    for (const beginning of begun) follow({ ...beginning, at: 0, start: offset })
    matches = next
    return whole
  }

  return {
    push(chunk) {
      const bytes = Buffer.concat([held, chunk])
      for (let i = held.length; i < bytes.length; i++) {
        if (matches.length === 0) i = nextBeginning(bytes, i, pairs)
        if (i === bytes.length) break
        const from = advance(lowerCase(bytes[i] ?? 0), heldFrom + i) - heldFrom
        if (from <= i) bytes.fill(STAR, from, i + 1)
      }
      const cut = (matches[0]?.start ?? heldFrom + bytes.length) - heldFrom
      held = bytes.subarray(cut)
      heldFrom += cut
      return bytes.subarray(0, cut)
    },
    end() {
      matches = []
      return held
    },
  }
}

/** From here on the first byte that may begin a spelling: with the one behind it, or as the last that is there. */
function nextBeginning(bytes: Uint8Array, from: number, pairs: Uint8Array): number {
  let at = from
  let first = lowerCase(bytes[at] ?? 0)
  for (; at + 1 < bytes.length; at++) {
    const second = lowerCase(bytes[at + 1] ?? 0)
    if (pairs[first * 256 + second] === 1) return at
    first = second
  }
  return at
}

/** More than there are units of all characters, so that place and unit make one number. */
const PLACES = 2 ** 28
