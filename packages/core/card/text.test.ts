import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactText } from '../redact/redact.ts'
import { asciiText, safeText } from './text.ts'

const show = (raw: string) => safeText(redactText(raw, 1_000_000))

/** Ways to make a reader see another command than the one that runs. */
// biome-ignore format: a table is read by its columns
const TRICKS: readonly (readonly [name: string, raw: string, shown: string])[] = [
  ['right-to-left override',     'rm \u202etxt.exe',             'rm \\u{202e}txt.exe'],
  ['bidi isolates',              'a\u2066b\u2069c',              'a\\u{2066}b\\u{2069}c'],
  ['direction marks',            'a\u200e\u200f\u061cb',         'a\\u{200e}\\u{200f}\\u{61c}b'],
  ['zero-width space',           'dr\u200bop',                   'dr\\u{200b}op'],
  ['zero-width joiners',         'a\u200c\u200d\u2060\ufeffb',   'a\\u{200c}\\u{200d}\\u{2060}\\u{feff}b'],
  ['soft hyphen',                'de\u00adlete',                 'de\\u{ad}lete'],
  ['hangul fillers',             'a\u115f\u3164\uffa0b',         'a\\u{115f}\\u{3164}\\u{ffa0}b'],
  ['grapheme joiner',            'a\u034fb',                     'a\\u{34f}b'],
  ['braille blank',              'a\u2800b',                     'a\\u{2800}b'],
  ['tags that a model reads',    'hi\u{e0041}\u{e007f}',         'hi\\u{e0041}\\u{e007f}'],
  ['variation selectors',        'a\ufe0f\u{e0100}b',            'a\\u{fe0f}\\u{e0100}b'],
  ['private use',                'a\ue000\u{f0000}b',            'a\\u{e000}\\u{f0000}b'],
  ['ANSI escape',                '\u001b[2K\u001b[1Aok',         '\\u{1b}[2K\\u{1b}[1Aok'],
  ['C1 control sequence',        'a\u009b2Jb\u0085c',            'a\\u{9b}2Jb\\u{85}c'],
  ['carriage return',            'drop\rselect',                 'drop\\u{d}select'],
  ['backspace, delete and null', 'a\b\u007f\u0000b',             'a\\u{8}\\u{7f}\\u{0}b'],
  ['line and paragraph signs',   'a\u2028b\u2029c\u000bd',       'a\\u{2028}b\\u{2029}c\\u{b}d'],
  ['unusual spaces',             'a\u00a0b\u2003c\u3000d\u1680', 'a\\u{a0}b\\u{2003}c\\u{3000}d\\u{1680}'],
  ['lone surrogates',            'a\ud83db\ude00c',              'a\ufffdb\ufffdc'],
  ['a tower of marks',           'a\u0301\u0301\u0301\u0301b',   'a\u0301\u0301\\u{301}\\u{301}b'],
  ['a mark on what is no letter', 'x =\u0301 1',                 'x =\\u{301} 1'],
  ['strike-through',             'd\u0336r=\u0338',              'd\\u{336}r=\\u{338}'],
  ['enclosing marks',            'a\u20dd',                      'a\\u{20dd}'],
  ['blank lines',                `ok${'\n \t'.repeat(50)}\ndrop`, 'ok\n\\{50 empty lines}\ndrop'],
  ['padding to the right',       `ok${' '.repeat(500)}drop`,     'ok\\{500 blanks}drop'],
  ['a forged escape',            'a\\u{202e}b\\{9 empty lines}', 'a\\u{5c}u{202e}b\\u{5c}{9 empty lines}'],
]

/** What people write every day stays readable. */
const PLAIN: readonly string[] = [
  'select *\n\n\tfrom "Kunden" where name = \'Jürgen\' -- ok',
  'C:\\users\\ines and \\d+ and \\n',
  'Việt Nam, 日本語, עברית, русский, 😀👍',
  'Vi\u0065\u0323\u0302t',
]

describe('text that a reviewer sees', () => {
  test.each(TRICKS)(claim('V4', 'core', '%s is made visible'), (_name, raw, shown) => {
    expect(show(raw)).toBe(shown)
  })

  test.each(PLAIN)('%s stays as it is', (raw) => {
    expect(show(raw)).toBe(raw)
  })

  test(
    claim('V4', 'core', 'whatever comes in, nothing invisible goes out, and different texts look different'),
    () => {
      const text = fc
        .string({ unit: 'binary', maxLength: 40, size: 'max' })
        .map((raw) => redactText(raw, 10_000))
      fc.assert(
        fc.property(text, text, (one, other) => {
          expect(safeText(one).replaceAll(/[\n\t ]/g, '')).not.toMatch(/[\p{C}\p{Z}]/u)
          expect(safeText(one) === safeText(other)).toBe(one === other)
        }),
        { numRuns: 3000 },
      )
    },
  )

  test('in doubt a word is shown by its code points', () => {
    expect(asciiText(redactText('p\u0430y', 100))).toBe('p\\u{430}y')
  })
})
