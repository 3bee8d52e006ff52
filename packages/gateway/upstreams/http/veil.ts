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
/** A shorter piece of base64 stands in too many innocent texts, and says next to nothing. */
const BASE64_PIECE_CHARS = 6

export function veilOf(credential: string): Veil {
  const forms = formsOf(credential)
  return {
    text(value) {
      const stream = veiledStream(forms)
      const bytes = [stream.push(Buffer.from(value, 'latin1')), stream.end()]
      return Buffer.concat(bytes).toString('latin1')
    },
    stream: () => veiledStream(forms),
  }
}

/** Nothing to hide. */
export const NO_VEIL: Veil = {
  text: (value) => value,
  stream: () => ({ push: (chunk) => chunk, end: () => new Uint8Array() }),
}

function veiledStream(forms: readonly Buffer[]): VeiledStream {
  let held: Buffer = Buffer.alloc(0)
  /** So many bytes of `held` belong to a match that began before it. */
  let starred = 0
  return {
    push(chunk) {
      const bytes = Buffer.concat([held, chunk])
      const cut = bytes.length - unfinished(bytes, forms)
      const shown = Buffer.from(bytes.subarray(0, cut))
      shown.fill(STAR, 0, Math.min(starred, cut))
      let reach = starred
      for (const [start, end] of matches(bytes, forms)) {
        if (start >= cut) continue
        shown.fill(STAR, start, Math.min(end, cut))
        reach = Math.max(reach, end)
      }
      held = bytes.subarray(cut)
      starred = Math.max(0, reach - cut)
      return shown
    },
    end() {
      const rest = Buffer.from(held)
      for (const [start, end] of matches(held, forms)) rest.fill(STAR, start, end)
      return rest.fill(STAR, 0, starred)
    },
  }
}

function* matches(bytes: Buffer, forms: readonly Buffer[]): Iterable<readonly [start: number, end: number]> {
  for (const form of forms)
    for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) yield [at, at + form.length]
}

/** The length of the longest end of `bytes` with which a form begins. */
function unfinished(bytes: Buffer, forms: readonly Buffer[]): number {
  let longest = 0
  for (const form of forms)
    for (let length = Math.min(form.length - 1, bytes.length); length > longest; length--)
      if (bytes.compare(form, 0, length, bytes.length - length) === 0) longest = length
  return longest
}

/** The spellings in which programs repeat a header: as it is, in a URL, in JSON, in base64. */
function formsOf(credential: string): readonly Buffer[] {
  const texts = [credential, ...basicParts(credential)].flatMap((text) => [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
    ...base64Pieces(text),
  ])
  return [...new Set(texts)].filter((text) => text !== '').map((text) => Buffer.from(text))
}

/** User and password inside a credential of the Basic scheme, and the password alone: servers know it in that form. */
function basicParts(credential: string): readonly string[] {
  const decoded = Buffer.from(credential, 'base64')
  const text = decoded.toString()
  if (decoded.toString('base64') !== credential || !/^[\x20-\x7e]+:[\x20-\x7e]+$/.test(text)) return []
  return [text, text.slice(text.indexOf(':') + 1)]
}

/** Whatever stands before it shifts base64 by up to two bytes; of each shift, the characters that come from these bytes alone. */
function base64Pieces(text: string): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    const from = Math.ceil((shift * 8) / 6)
    const to = Math.floor((bytes.length * 8) / 6)
    return (['base64', 'base64url'] as const)
      .map((alphabet) => bytes.toString(alphabet).slice(from, to))
      .filter((piece) => piece.length >= BASE64_PIECE_CHARS)
  })
}
