import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'
import { describe, expect, test } from 'vitest'
import { AskedAction, HEAD_LIMIT_BYTES } from './action.ts'
import { Decided } from './decision.ts'
import { problemOf } from './problem.ts'

const SAW = '0'.repeat(64)

describe('a problem', () => {
  test.each(Object.keys(REFUSALS) as RefusalCode[])(
    '`%s` has status, meaning and advice of the table',
    (code) => {
      const { meaning, http, advice } = REFUSALS[code]
      expect(problemOf(refusal(code, safe`why`))).toEqual({
        type: `urn:sallyport:problem:${code}`,
        title: meaning,
        status: http,
        detail: 'why',
        code,
        advice,
      })
    },
  )
})

describe('a decision', () => {
  test.each([
    { says: 'approve', saw: SAW },
    { says: 'approve', saw: SAW, scope: { kind: 'waiver', uses: 1, forMs: 1 } },
    { says: 'deny', saw: SAW, scope: { kind: 'session' } },
  ])('is one: %o', (word) => {
    expect(Decided.safeParse(word).success).toBe(true)
  })

  test.each([
    ['that names no card', { says: 'approve' }],
    ['that names no digest', { says: 'approve', saw: 'act_1' }],
    ['that says neither yes nor no', { says: 'abstain', saw: SAW }],
    ['whose yes has the scope of a no', { says: 'approve', saw: SAW, scope: { kind: 'session' } }],
    ['whose waiver has no end', { says: 'approve', saw: SAW, scope: { kind: 'waiver', uses: 1 } }],
    [
      'whose waiver is used half',
      { says: 'approve', saw: SAW, scope: { kind: 'waiver', uses: 0.5, forMs: 1 } },
    ],
    [
      'whose waiver is used without end',
      { says: 'approve', saw: SAW, scope: { kind: 'waiver', uses: 1e9, forMs: 1 } },
    ],
    ['that says who decides', { says: 'approve', saw: SAW, by: 'ines' }],
  ])('is none %s', (_, word) => {
    expect(Decided.safeParse(word).success).toBe(false)
  })
})

describe('an action that is asked for', () => {
  const asked = { resource: 'customers', method: 'GET', path: '/a' }
  test.each([
    ['of another origin', { ...asked, path: 'https://evil.example/a' }],
    ['with a method that smuggles a line', { ...asked, method: 'GET /b\r\nX' }],
    ['with a header that smuggles a line', { ...asked, headers: { 'a\r\nb': 'c' } }],
    ['of a resource without a name', { ...asked, resource: '../customers' }],
    ['with a field that nobody reads', { ...asked, url: '/b' }],
    ['with a body that is no base64', { ...asked, body: 'x', encoding: 'base64' }],
    ['with more in its headers than a connection could bring', { ...asked, headers: sixtyHeadersOf(280) }],
    [
      'with as much again in letters of two bytes',
      { ...asked, headers: { a: 'é'.repeat(8_000), b: 'é'.repeat(200) } },
    ],
  ])('is not understood %s', (_, body) => {
    expect(AskedAction.safeParse(body).success).toBe(false)
  })

  test('may bring as much as a connection', () => {
    expect(AskedAction.safeParse({ ...asked, headers: sixtyHeadersOf(250) }).success).toBe(true)
    expect(60 * 250).toBeLessThan(HEAD_LIMIT_BYTES)
  })
})

function sixtyHeadersOf(sizeBytes: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x-${n}`, 'y'.repeat(sizeBytes)]))
}
