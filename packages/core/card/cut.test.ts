import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactText } from '../redact/redact.ts'
import { cut } from './cut.ts'
import { escapeHtml } from './escape.ts'
import { safeText } from './text.ts'

const show = (raw: string) => safeText(redactText(raw, 1_000_000))
const NOTICE = /\n… ([\d,]+) characters not shown …\n/

describe('a text too long for its channel', () => {
  test(claim('V4', 'core', 'keeps head and tail, and counts what is not shown'), () => {
    const text = show(`select 1; ${'-- padding\n'.repeat(1000)}drop table x`)
    const { text: shown, whole, hiddenChars } = cut(text, 100, (t) => t)
    expect(shown).toMatch(/^select 1; /)
    expect(shown).toMatch(/drop table x$/)
    expect(whole).toBe(false)
    expect(hiddenChars).toBeGreaterThan(10_000)
    expect(NOTICE.exec(shown)?.[1]?.replaceAll(',', '')).toBe(String(hiddenChars))
    expect(shown).toMatch(/… 1\d,\d{3} characters not shown …/)
  })

  test('is whole where it fits, to the character', () => {
    const text = show('a & b')
    expect(cut(text, escapeHtml(text).length, escapeHtml)).toEqual({ text, whole: true, hiddenChars: 0 })
    expect(cut(text, escapeHtml(text).length - 1, escapeHtml).whole).toBe(false)
  })

  test('leaves the notice alone where there is no room', () => {
    expect(cut(show('x'.repeat(100)), 0, (t) => t).text).toBe('\n… 100 characters not shown …\n')
  })

  test(
    claim('V4', 'core', 'is counted after escaping, and never cut inside a pair, an escape or a marker'),
    () => {
      const part = fc.constantFrom(
        '😀',
        '<',
        '&',
        'a',
        '\u202e',
        'e\u0301',
        'token=x ',
        `\n\n\n\n\n\n`,
        '日',
        '"',
      )
      fc.assert(
        fc.property(
          fc.array(part, { maxLength: 300, size: 'max' }),
          fc.integer({ min: 50, max: 400 }),
          (parts, limit) => {
            const text = show(parts.join(''))
            const shown = cut(text, limit, escapeHtml)
            expect(escapeHtml(shown.text).length).toBeLessThanOrEqual(limit)
            expect(shown.text.isWellFormed()).toBe(true)
            fc.pre(!shown.whole)
            const [head = '', , tail = ''] = shown.text.split(NOTICE)
            expect(head.length + shown.hiddenChars + tail.length).toBe(text.length)
            expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
            const plain = (head + tail).replace(
              /\\u\{[0-9a-f]+\}|\\\{\d+ (empty lines|blanks)\}|‹hidden: token›/g,
              '',
            )
            expect(plain).not.toMatch(/[\\{}‹›]/)
            expect(tail).not.toMatch(/^\p{M}/u)
          },
        ),
        { numRuns: 1000 },
      )
    },
  )
})

test(claim('V4', 'core', 'no text becomes markup, in an element or in an attribute'), () => {
  expect(escapeHtml(show(`<img src=x onerror="a('b')">&lt;\``))).toBe(
    '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;lt;&#96;',
  )
  fc.assert(
    fc.property(fc.string(), (raw) => {
      expect(escapeHtml(show(raw))).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/)
    }),
  )
})
