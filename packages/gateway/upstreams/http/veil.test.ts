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
