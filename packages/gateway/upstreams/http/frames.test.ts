import { describe, expect, test } from 'vitest'
import { veiledFrames } from './frames.ts'
import { PENDING_FRAMES_LIMIT } from './limits.ts'
import { NO_VEIL, veilOf } from './veil.ts'

const SECRET = 'target-secret-0815'
const STARS = '*'.repeat(SECRET.length)
const [CONTINUATION, TEXT, BINARY, CLOSE, PING] = [0, 1, 2, 8, 9]

/** One frame as a server sends it. Text is Latin-1: one character, one byte. */
function frame(opcode: number, payload = '', last = true): Buffer {
  const body = Buffer.from(payload, 'latin1')
  const first = (last ? 0x80 : 0) | opcode
  if (body.length < 126) return Buffer.concat([Buffer.from([first, body.length]), body])
  const head = Buffer.alloc(body.length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = head.length === 4 ? 126 : 127
  head.writeUIntBE(body.length, head.length === 4 ? 2 : 4, head.length === 4 ? 2 : 6)
  return Buffer.concat([head, body])
}

/** What goes on when the bytes come in pieces of this size. */
function through(bytes: Uint8Array, sizeBytes: number): Buffer {
  const frames = veiledFrames(veilOf(SECRET))
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += sizeBytes) out.push(frames.push(bytes.slice(at, at + sizeBytes)))
  return Buffer.concat(out)
}

describe('what a target says goes on frame by frame', () => {
  // biome-ignore format: what comes and what goes stand side by side
  const TALKS: readonly (readonly [what: string, comes: Buffer, goes: Buffer])[] = [
    ['as it came', frame(TEXT, 'hello'), frame(TEXT, 'hello')],
    ['without the credential', frame(TEXT, `<${SECRET}>`), frame(TEXT, `<${STARS}>`)],
    ['without it in bytes', frame(BINARY, `\x01${SECRET}\xff`), frame(BINARY, `\x01${STARS}\xff`)],
    ['without it in base64', frame(TEXT, btoa(SECRET)), frame(TEXT, '*'.repeat(24))],
    ['without it across fragments',
      Buffer.concat([frame(TEXT, 'a target-s', false), frame(CONTINUATION, 'ecret', false), frame(CONTINUATION, '-0815 b')]),
      Buffer.concat([frame(TEXT, 'a ********', false), frame(CONTINUATION, '*****', false), frame(CONTINUATION, '***** b')])],
    ['without it across fragments with a ping between',
      Buffer.concat([frame(TEXT, 'target', false), frame(PING, 'p'), frame(CONTINUATION, '', false), frame(CONTINUATION, '-secret-0815')]),
      Buffer.concat([frame(TEXT, '******', false), frame(PING, 'p'), frame(CONTINUATION, '', false), frame(CONTINUATION, '************')])],
    ['without it in a ping', frame(PING, SECRET), frame(PING, STARS)],
    ['without it in a reason to close', frame(CLOSE, `\x03\xe8${SECRET}`), frame(CLOSE, `\x03\xe8${STARS}`)],
    ['whole, though a message may end as the credential begins',
      Buffer.concat([frame(TEXT, 'target-'), frame(TEXT, 'secret')]),
      Buffer.concat([frame(TEXT, 'target-'), frame(TEXT, 'secret')])],
    ['of any length',
      Buffer.concat([frame(TEXT, `${'a'.repeat(200)}${SECRET}`), frame(BINARY, `${'b'.repeat(70_000)}${SECRET}`)]),
      Buffer.concat([frame(TEXT, `${'a'.repeat(200)}${STARS}`), frame(BINARY, `${'b'.repeat(70_000)}${STARS}`)])],
  ]

  test.each(TALKS)('%s', (_, comes, goes) => {
    for (const sizeBytes of [1, 2, 3, 7, 64, comes.length]) {
      const gone = through(comes, sizeBytes)
      expect(gone.equals(goes), `in pieces of ${sizeBytes}: ${gone.toString('latin1')}`).toBe(true)
    }
  })

  test('and holds back only what may be the credential', () => {
    const frames = veiledFrames(veilOf(SECRET))
    expect(Buffer.from(frames.push(frame(TEXT, 'a target', false))).toString('latin1')).toBe('\x01\x08a ')
    expect(Buffer.from(frames.push(frame(CONTINUATION, ' b', false))).toString('latin1')).toBe(
      'target\x00\x02 b',
    )
  })
})

describe('what no server says ends the tunnel', () => {
  const masked = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61])
  const endless = Buffer.from([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255])
  // biome-ignore format: a table is read by its rows
  test.each<readonly [what: string, bytes: Buffer, why: RegExp]>([
    ['a mask, behind which the credential would not be found', masked, /masks/],
    ['compression that nobody agreed on', frame(0x41, 'a'), /extension/],
    ['a bit of no extension', frame(0x21, 'a'), /extension/],
    ['a frame of no kind', frame(3), /nobody knows/],
    ['a control frame of no kind', frame(11), /nobody knows/],
    ['a continuation of nothing', frame(CONTINUATION, 'a'), /order/],
    ['a message within a message', Buffer.concat([frame(TEXT, 'a', false), frame(TEXT, 'b')]), /order/],
    ['a control frame in fragments', frame(PING, 'a', false), /control/],
    ['a large control frame', frame(PING, 'a'.repeat(126)), /control/],
    ['a frame without an end', endless, /without an end/],
    ['more after its end', Buffer.concat([frame(CLOSE), frame(TEXT, 'a')]), /after its end/],
    ['another protocol', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /extension|nobody knows|order|masks/],
    ['frames piled up behind what may be the credential',
      Buffer.concat([frame(TEXT, 'target', false), ...Array.from({ length: PENDING_FRAMES_LIMIT + 1 }, () => frame(PING))]), /too many/],
  ])('%s', (_, bytes, why) => {
    for (const sizeBytes of [1, bytes.length]) expect(() => through(bytes, sizeBytes)).toThrow(why)
  })
})

test('the end is known by its frame, and only where all of it came', () => {
  const frames = veiledFrames(NO_VEIL)
  frames.push(frame(TEXT, 'a'))
  expect(frames.closed()).toBe(false)
  frames.push(frame(CLOSE, '\x03\xe8').subarray(0, 3))
  expect(frames.closed()).toBe(false)
  frames.push(Buffer.from([0xe8]))
  expect(frames.closed()).toBe(true)
})
