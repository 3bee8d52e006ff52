import { claim } from '@sallyport/testkit/claim'
import { expect, test } from 'vitest'
import { type Durable, durable, isDurable } from './durable.ts'

const proof = durable(7)
const FORGED: readonly (readonly [string, object])[] = [
  ['a literal', { at: 7 }],
  ['a copy', { ...proof }],
  ['a deep copy', structuredClone(proof)],
  ['an heir', Object.create(proof) as object],
  [
    'one with the class of a proof',
    Object.setPrototypeOf({ at: 7 }, Object.getPrototypeOf(proof) as object) as object,
  ],
  ['a proxy of one', new Proxy(proof, {})],
]

test.each(FORGED)(
  claim('L1', 'core', 'only a store proves that something is on disk: %s does not'),
  (_, forged) => {
    expect(isDurable(proof)).toBe(true)
    expect(isDurable(forged as Durable)).toBe(false)
  },
)

test('a proof stays what it was', () => {
  expect(() => Object.assign(proof, { at: 8 })).toThrow(TypeError)
})
