import { expect, test } from 'vitest'
import { canonicalText } from '../action/canonical.ts'
import { type Facts, PLAIN_FACTS } from './facts.ts'
import { NO_HTTP } from './http.ts'
import { interned } from './interned.ts'

const of = (change: Partial<Facts>, query: readonly string[] = []): Facts => ({
  ...PLAIN_FACTS,
  kind: 'http',
  http: { ...NO_HTTP, method: 'GET', path: '/customers/{id}', query },
  ...(change as object),
})

test('equal facts are one object', () => {
  expect(interned(of({}, ['a']))).toBe(interned(of({}, ['a'])))
  expect(interned(of({}, ['a']))).toEqual(of({}, ['a']))
})

test.each<Facts>([
  of({ understood: false }),
  of({ unknown: ['rows'] }),
  of({ labels: ['pii'] }),
  of({ operation: 'GET /' }),
  of({ datasets: ['a'] }),
  of({ rows: 1 }),
  of({ unbounded: true }),
  of({}, ['a', 'b']),
  of({}, ['a,b']),
])('facts that differ anywhere stay what they are: %j', (facts) => {
  expect(interned(facts)).toEqual(facts)
  expect(interned(facts)).not.toEqual(interned(of({})))
})

test('what is shared cannot be changed by one of those who share it', () => {
  const facts = interned(of({ datasets: ['a'] }))
  expect(() => void (facts.datasets as string[]).push('b')).toThrow(TypeError)
})

test('facts without a canonical form are left alone: whoever needs one refuses them', () => {
  const facts = of({}, ['\ud800'])
  expect(interned(facts)).toBe(facts)
  expect(() => canonicalText(facts)).toThrow('no canonical form')
})
