import { randomBytes } from 'node:crypto'
import { redactText } from '@sallyport/core/redact/redact'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawToken, type TokenKind, tokenKind } from './token.ts'

const KINDS: readonly TokenKind[] = ['agent', 'link', 'session', 'cli', 'pairing', 'operator']
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

test('the form of a token is what scanners were told', () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, index) => index)
  expect(KINDS.map((kind) => drawToken(kind, () => bytes))).toEqual([
    'sp_000g40r40m30e209185gr38e1w8124gk_2vhnjky',
    'sp_link_000g40r40m30e209185gr38e1w8124gk_1t6ffrs',
    'sp_session_000g40r40m30e209185gr38e1w8124gk_0tc4319',
    'sp_cli_000g40r40m30e209185gr38e1w8124gk_0k0jwxw',
    'sp_pairing_000g40r40m30e209185gr38e1w8124gk_2mhffha',
    'sp_operator_000g40r40m30e209185gr38e1w8124gk_21evdpw',
  ])
})

describe.each(KINDS)('a token of the kind %s', (kind) => {
  const token = drawToken(kind, randomBytes)

  test('is known by its form', () => {
    expect(tokenKind(token)).toBe(kind)
  })

  test('is hidden by redaction wherever it stands', () => {
    const body = token.slice(-40)
    for (const text of [token, `key=${token}`, `https://x/${token}/y`, `told:${token}.`, `Bearer ${token}`]) {
      expect(redactText(text, 1000)).not.toContain(body)
    }
  })

  test('with one letter changed is none', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...ALPHABET.split('')), (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1)
        expect(tokenKind(changed)).toBe(changed === token ? kind : undefined)
      }),
    )
  })

  test('with two neighbours swapped is none', () => {
    for (let at = 0; at + 1 < token.length; at++) {
      const swapped = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2)
      expect(tokenKind(swapped)).toBe(swapped === token ? kind : undefined)
    }
  })

  test.each([
    ['cut short', token.slice(0, -1)],
    ['in capitals', token.toUpperCase()],
    ['with a space', ` ${token}`],
    ['with a newline', `${token}\n`],
    ['twice', token + token],
  ])('%s is none', (_, text) => {
    expect(tokenKind(text)).toBeUndefined()
  })
})
