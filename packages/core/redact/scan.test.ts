import { expect, test } from 'vitest'
import { scan } from './scan.ts'

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
