import { pipeline, type Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import { safe } from '@sallyport/core/redact/redacted'
import type { Header } from '@sallyport/describe/http/headers'
import type { Crossing } from '@sallyport/describe/http/meter'
import { Crossed } from './crossed.ts'
import type { Flow } from './flow.ts'
import { OPENED_FREE_BYTES, OPENED_RATIO_LIMIT, OPENED_WINDOW_LOG2 } from './limits.ts'

/** A content coding that can be looked into, streaming and in bounded memory. */
export type Coding = keyof typeof DECODERS

const DECODERS = {
  gzip: (): Decoder => createGunzip(),
  deflate: (): Decoder => createInflate(),
  br: (): Decoder => createBrotliDecompress(),
  zstd: (): Decoder =>
    createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: OPENED_WINDOW_LOG2 } }),
}

type Decoder = Transform & { readonly bytesWritten: number }

/** RFC 9110, 8.4.1.3. */
const ALIASES: ReadonlyMap<string, string> = new Map([['x-gzip', 'gzip']])

/** How a content is encoded: once at most, since each further coding multiplies what a bomb may weigh. */
export function codingOf(headers: readonly Header[]): Coding | 'none' | 'unknown' {
  const [coding, ...others] = headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((one) => one.trim())
    .filter((one) => one !== 'identity' && one !== '')
    .map((one) => ALIASES.get(one) ?? one)
  if (coding === undefined) return 'none'
  return others.length === 0 && isCoding(coding) ? coding : 'unknown'
}

/** The plain bytes, as they come. Throws where they are broken, or of a size that no honest content has. */
export async function* opened(body: Flow, coding: Coding): AsyncGenerator<Uint8Array> {
  const decoder = DECODERS[coding]()
  let packedBytes = 0
  let plainBytes = 0
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      packedBytes += chunk.length
      yield chunk
    }
  }
  // What goes wrong is heard of by whoever reads the decoder.
  pipeline(body, counted, decoder, () => undefined)
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      plainBytes += chunk.length
      if (plainBytes > Math.max(OPENED_FREE_BYTES, packedBytes * OPENED_RATIO_LIMIT)) throw new Crossed(BOMB)
      yield chunk
    }
    // Most decoders pass over what follows the end, and a second frame would be half of the content.
    if (decoder.bytesWritten !== packedBytes) throw new Error('something follows the compressed content')
  } catch (cause) {
    // There was nothing to compress.
    if (packedBytes === 0 && body.hasEnded) return
    throw cause
  } finally {
    body.leave()
  }
}

const BOMB: Crossing = { by: 'bytes', says: safe`grows too much when it is opened` }

/** Headers that tell of the bytes as they were compressed. */
const OF_THE_PACKED: ReadonlySet<string> = new Set(['content-encoding', 'content-length'])

/** What is said of a content that was opened: another representation than the target's (RFC 9110, 8.8.3.3). */
export function openedHeaders(headers: readonly Header[]): readonly Header[] {
  return headers
    .filter(([name]) => !OF_THE_PACKED.has(name))
    .map(([name, value]) => [name, name === 'etag' && !value.startsWith('W/') ? `W/${value}` : value])
}

function isCoding(text: string): text is Coding {
  return Object.hasOwn(DECODERS, text)
}
