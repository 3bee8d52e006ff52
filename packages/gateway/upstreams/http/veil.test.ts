import { claim } from '@sallyport/testkit/claim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { veilOf } from './veil.ts'

const SECRET = 's3cr+t/with "all"=='

function veiled(credential: string, chunks: readonly (string | Uint8Array)[]): string {
  const stream = veilOf(credential).stream()
  const out = chunks.map((chunk) => stream.push(Buffer.from(chunk)))
  return Buffer.concat([...out, stream.end()]).toString('latin1')
}

describe('a credential that comes back is overwritten', () => {
  test.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['in JSON with escaped slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
  ])('%s', (_, form) => {
    expect(veiled(SECRET, [`a ${form} b${form}`])).toBe(
      `a ${'*'.repeat(form.length)} b${'*'.repeat(form.length)}`,
    )
  })

  test.each(['', 'B', 'Be', 'Bearer '])('in base64, behind `%s`', (before) => {
    for (const alphabet of ['base64', 'base64url'] as const) {
      const whole = Buffer.from(`${before}${SECRET} and more`).toString(alphabet)
      const out = veiled(SECRET, [whole])
      expect(out).toHaveLength(whole.length)
      expect(Buffer.from(out.replaceAll('*', 'A'), alphabet).toString('latin1')).not.toContain(
        SECRET.slice(1, -1),
      )
    }
  })

  test('whose scheme is Basic, also as user and password, and the password alone', () => {
    const basic = Buffer.from('admin:hunter2hunter2').toString('base64')
    expect(veiled(basic, ['you are admin:hunter2hunter2'])).toBe(`you are ${'*'.repeat(20)}`)
    expect(veiled(basic, ['your password is hunter2hunter2.'])).toBe(`your password is ${'*'.repeat(14)}.`)
  })

  test('in a header', () => {
    expect(veilOf(SECRET).text(`caf\xe9 ${SECRET}`)).toBe(`caf\xe9 ${'*'.repeat(SECRET.length)}`)
  })
})

/** With what URLs, JSON and HTML escape, with letters beyond ASCII, and with neither. */
const SECRETS = ['aB3/x+K9w/Zq7+Rt5yU8iO2pL4mN==', `p@ss<w>&ord'1"x/\\\u00e9`, 'ghp9ZqX7wK4bN2vR8aB3cD5eF7gH']

const hex = (char: string, digits: number): string => char.charCodeAt(0).toString(16).padStart(digits, '0')
const each = (text: string, chars: RegExp, spell: (char: string) => string): string =>
  text.replace(chars, spell)
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
const inHtml = (text: string): string =>
  each(text, /[&<>"']/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char] ?? '#39'};`)
const percented = (text: string): string => Buffer.from(text).toString('hex').replace(/../g, '%$&')

const ESCAPED: readonly (readonly [string, (text: string) => string | Buffer])[] = [
  ['as it is', (text) => text],
  ['in capitals', (text) => text.toUpperCase()],
  ['in a URL', encodeURIComponent],
  [
    'in a URL in small letters',
    (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  ],
  ['in a URL, but for slashes', (text) => encodeURIComponent(text).replaceAll('%2F', '/')],
  ['in a URL in a URL', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['in a form', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['in percent signs throughout', percented],
  ['in a URL, some of it', (text) => text.slice(0, 5) + percented(text.slice(5))],
  ['in JSON', inJson],
  ['in JSON in JSON', (text) => inJson(inJson(text))],
  ['in JSON for HTML', (text) => each(inJson(text), /[<>&]/g, (char) => `\\u${hex(char, 4)}`)],
  ['in JSON of .NET', (text) => each(inJson(text), /[+<>&']/g, (char) => `\\u${hex(char, 4).toUpperCase()}`)],
  ['in JSON of ASCII', (text) => each(inJson(text), /[^ -~]/g, (char) => `\\u${hex(char, 4)}`)],
  ['in JSON of escapes', (text) => each(text, /[^]/g, (char) => `\\u${hex(char, 4)}`)],
  ['in JavaScript of escapes', (text) => each(text, /[^]/g, (char) => `\\x${hex(char, 2)}`)],
  ['in a shell', (text) => each(text, /[^0-9a-z\x80-\uffff]/gi, (char) => `\\${char}`)],
  ['in HTML', inHtml],
  ['in HTML of Go', (text) => inHtml(text).replaceAll('+', '&#43;').replaceAll('&quot;', '&#34;')],
  ['in HTML in HTML', (text) => inHtml(inHtml(text))],
  ['in HTML numbers', (text) => each(text, /[^]/g, (char) => `&#${char.charCodeAt(0)};`)],
  ['in HTML numbers with zeros', (text) => each(text, /[^]/g, (char) => `&#X${hex(char, 4)};`)],
  ['in Latin-1', (text) => Buffer.from(text, 'latin1')],
  ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
  ['in UTF-16 of networks', (text) => Buffer.from(text, 'utf16le').swap16()],
  ['in hex', (text) => Buffer.from(text).toString('hex')],
  ['in hex of capitals', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in hex of Latin-1', (text) => Buffer.from(text, 'latin1').toString('hex')],
  [
    'in hex with colons',
    (text) =>
      Buffer.from(text)
        .toString('hex')
        .replace(/..(?=.)/g, '$&:'),
  ],
  [
    'in hex in lines',
    (text) =>
      Buffer.from(text)
        .toString('hex')
        .replace(/.{16}(?=.)/g, '$&\n'),
  ],
]

describe.each(SECRETS)('%j', (secret) => {
  test.each(ESCAPED)(claim('G8', 'http', '%s is wholly overwritten'), (_, spell) => {
    const form = Buffer.from(spell(secret))
    const around = [Buffer.from('<<'), form, Buffer.from('>><<'), form, Buffer.from('>>')]
    const stars = '*'.repeat(form.length)
    expect(veiled(secret, around)).toBe(`<<${stars}>><<${stars}>>`)
    expect(
      veiled(
        secret,
        Array.from(Buffer.concat(around), (byte) => Uint8Array.of(byte)),
      ),
    ).toBe(`<<${stars}>><<${stars}>>`)
  })

  test.each(['', 'B', 'Be', 'Bearer ', 'y'.repeat(50)])(
    claim('G8', 'http', 'is in no line of base64, behind `%s`'),
    (before) => {
      for (const bytes of [Buffer.from(before + secret), Buffer.from(before + secret, 'latin1')])
        for (const lineBreak of ['', '\n', '\r\n', '\\n']) {
          const whole = bytes.toString('base64').replace(/.{76}/g, `$&${lineBreak}`)
          const out = veiled(secret, [whole])
          expect(out).toHaveLength(whole.length)
          const decoded = Buffer.from(out.replaceAll('*', 'A').replaceAll('\\n', ''), 'base64')
          for (let at = 0; at + 4 < secret.length; at++)
            expect(decoded.includes(secret.slice(at, at + 4))).toBe(false)
        }
    },
  )
})

test('what is nearly the credential everywhere passes whole', () => {
  const stream = veilOf('a'.repeat(64)).stream()
  const text = 'a'.repeat(63).concat('b').repeat(200)
  const out = Buffer.from(stream.push(Buffer.from(text))).toString('latin1')
  expect(out + Buffer.from(stream.end()).toString('latin1')).toBe(text)
})

test('however the answer is cut, each byte of the credential is a star and every other byte is as it was', () => {
  // Of few letters, so that it overlaps with itself and with what stands around it.
  const letters = fc.stringMatching(/^[ab]{1,6}$/)
  fc.assert(
    fc.property(
      letters,
      fc.stringMatching(/^[abc]{0,40}$/),
      fc.array(fc.nat(5), { minLength: 1 }),
      (secret, text, sizes) => {
        const chunks: string[] = []
        for (let at = 0; at < text.length; ) {
          const size = sizes[chunks.length % sizes.length] || 1
          chunks.push(text.slice(at, at + size))
          at += size
        }
        const stars = new Set<number>()
        for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
          for (let i = at; i < at + secret.length; i++) stars.add(i)
        expect(veiled(secret, chunks)).toBe(
          text
            .split('')
            .map((char, at) => (stars.has(at) ? '*' : char))
            .join(''),
        )
      },
    ),
    { numRuns: 3000 },
  )
})

test('nothing is held back but what may be its beginning', () => {
  const stream = veilOf('secret').stream()
  expect(Buffer.from(stream.push(Buffer.from('data: 1\n\n'))).toString()).toBe('data: 1\n\n')
  expect(Buffer.from(stream.push(Buffer.from('data: sec'))).toString()).toBe('data: ')
  expect(Buffer.from(stream.push(Buffer.from('tor'))).toString()).toBe('sector')
})
