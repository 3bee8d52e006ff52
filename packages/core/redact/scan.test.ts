import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scan, scanEach } from './scan.ts'

const CHARS = 1_000_000
/** Tried first: work that grows with the square fails here at once and does not hang the suite. */
const CHARS_FIRST = 10_000
/** Each character is looked at by at most this many of the scanner's questions. */
const STEPS_PER_CHAR = 6

/** One piece, repeated to a megabyte, each chosen to make some question of the scanner look far ahead and find nothing. */
const PIECES: readonly string[] = [
  'a',
  ' ',
  '\\',
  '"',
  '.',
  'sp_',
  'sp_0123456789abcdef.',
  'password',
  'password ',
  'password=',
  'password="',
  'password=\'"',
  'password=\\"',
  'password "',
  'token: {',
  "token=('",
  'basic (',
  'basic a',
  'bearer ',
  'cookie: \n',
  '"cookie: ',
  '--token ',
  'a://',
  'a://b:',
  'password[',
  'password%5D',
  '‹hidden: token›',
  '‹',
]

test.each(PIECES)('a megabyte of %j is work in proportion to its length', (piece) => {
  for (const chars of [CHARS_FIRST, CHARS]) {
    const text = piece.repeat(chars / piece.length)
    expect(scan(text).steps).toBeLessThan(STEPS_PER_CHAR * text.length)
  }
})

test('names far from each other do not make work for each other', () => {
  const gap = ' '.repeat(1000)
  const text = `password${gap}"token${gap}'secret${gap}(basic${gap}a://b${gap}`.repeat(200)
  expect(scan(text).steps).toBeLessThan(STEPS_PER_CHAR * text.length)
})

/** Names whole, split, capitalised and broken by what does not belong into one, with what could follow them. */
const scraps = fc.oneof(
  fc.constantFrom(
    ...PIECES,
    'pass',
    'wORd',
    'api',
    'Key',
    'max_tokens',
    's',
    'id',
    'j-w.t',
    'SecReT',
    'Bearer',
    'https',
  ),
  fc.constantFrom('_', '-', '.', ' ', '/', '=', ': ', '%3D', '://', '@', 'K', 'é', '\u{1f600}'),
  fc.string({ maxLength: 4 }),
)

test('the short way past a text without secrets finds none where the long way finds one', () => {
  fc.assert(
    fc.property(fc.array(scraps, { maxLength: 12 }), (parts) => {
      const text = parts.join('').toWellFormed()
      expect(scan(text).spans).toEqual(scanEach(text).spans)
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  'pass-word=x1',
  'api.key: x1',
  's_e_c_r_e_t=x1',
  'x-auth_.-key=x1',
  '--client-secret x1',
  'SESSION.ID="x1"',
])('the words of a name may be parted anyhow: `%s`', (text) => {
  expect(scan(text).spans.map(({ start, end }) => text.slice(start, end))).toEqual(['x1'])
})
