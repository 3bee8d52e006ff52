import { claim } from '@sallyport/testkit/claim'
import { expect, test } from 'vitest'
import { redactText } from '../redact/redact.ts'
import { hostText, WARNINGS_LIMIT, warningsOf } from './warnings.ts'

const warn = (raw: string) => warningsOf(redactText(raw, 100_000))

const TRICKS: readonly { readonly raw: string; readonly warnings: readonly object[] }[] = [
  {
    raw: 'drop table p\u0430yments',
    warnings: [{ kind: 'mixed-scripts', word: 'p\\u{430}yments', scripts: ['Latin', 'Cyrillic'] }],
  },
  {
    raw: '\u03bfpen',
    warnings: [{ kind: 'mixed-scripts', word: '\\u{3bf}pen', scripts: ['Latin', 'Greek'] }],
  },
  {
    raw: '\u0441\u043e\u0440\u0443',
    warnings: [{ kind: 'lookalike', word: '\\u{441}\\u{43e}\\u{440}\\u{443}' }],
  },
  { raw: '\uff24rop', warnings: [{ kind: 'lookalike', word: '\\u{ff24}rop' }] },
  { raw: '\u{1d41d}rop', warnings: [{ kind: 'lookalike', word: '\\u{1d41d}rop' }] },
  { raw: '/a\u2215b', warnings: [{ kind: 'lookalike', word: '\\u{2215}' }] },
  { raw: 'select 1\u037e', warnings: [{ kind: 'lookalike', word: '\\u{37e}' }] },
  {
    raw: 'https://\u0430pple.com/x',
    warnings: [
      { kind: 'mixed-scripts', word: '\\u{430}pple', scripts: ['Latin', 'Cyrillic'] },
      { kind: 'foreign-host', host: 'xn--pple-43d.com' },
    ],
  },
  {
    raw: 'https://me:hunter2@b\u00fccher.example',
    warnings: [{ kind: 'foreign-host', host: 'xn--bcher-kva.example' }],
  },
  { raw: 'dr\u200bop', warnings: [{ kind: 'made-visible' }] },
]

test.each(TRICKS)(claim('V4', 'core', '$raw is pointed out'), ({ raw, warnings }) => {
  expect(warn(raw)).toEqual(warnings)
})

test.each([
  'select * from customers',
  'Jürgen und Ελλάδα und Москва',
  'postgres://me:hunter2@db/x',
  'password=hunter2',
])('%s needs no warning', (raw) => {
  expect(warn(raw)).toEqual([])
})

test('there are no more warnings than somebody reads', () => {
  const raw = Array.from({ length: 100 }, (_, i) => `p\u0430y${i}`).join(' ')
  expect(warn(raw)).toHaveLength(WARNINGS_LIMIT)
})

test.each([
  ['example.com', 'example.com'],
  ['\u0430pple.com:8443', 'xn--pple-43d.com:8443'],
  ['b\u00fccher.example/../x', 'b\\u{fc}cher.example/../x'],
  ['\u00fc \u202e', '\\u{fc} \\u{202e}'],
])('the host %j is shown as %s', (host, shown) => {
  expect(hostText(redactText(host, 100))).toBe(shown)
})
