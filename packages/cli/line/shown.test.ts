import { claim } from '@sallyport/testkit/claim'
import { expect, test } from 'vitest'
import { indented, shown } from './shown.ts'

// biome-ignore format: a table
test.each([
  ['a sentence, with ünïcode and 日本', 'a sentence, with ünïcode and 日本'],
  ['\u001b[2J\u001b[1;1Happroved', '\\u{1b}[2J\\u{1b}[1;1Happroved'],
  ['\u001b]8;;https://evil.example\u0007here\u001b]8;;\u0007', '\\u{1b}]8;;https://evil.example\\u{7}here\\u{1b}]8;;\\u{7}'],
  ['over\rwritten', 'over\\u{d}written'],
  ['back\b\b\b\b', 'back\\u{8}\\u{8}\\u{8}\\u{8}'],
  ['\u009b31m', '\\u{9b}31m'],
  ['\u202eback to front', '\\u{202e}back to front'],
  ['two\nlines', 'two\nlines'],
])(claim('V4', 'cli', 'what would repaint the screen stands as an escape: %j'), (text, seen) => {
  expect(shown(text)).toBe(seen)
})

test('no line of a foreign text begins where ours begin', () => {
  expect(indented('first\nstate     succeeded', 4)).toBe('first\n    state     succeeded')
})
