import type { Action } from '@sallyport/core/action/action'
import { type Json, spelledOnce } from '@sallyport/core/action/canonical'
import type { Digest, PersonId } from '@sallyport/core/action/ids'
import type { Facts } from '@sallyport/core/facts/facts'
import { instant } from '@sallyport/core/given'
import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { actionOf } from '@sallyport/testkit/lives'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'
import { NO_CONTENT } from './content.ts'
import { canonicalAction, draft } from './draft.ts'
import type { Asked } from './guard.ts'
import type { Guarded } from './parts.ts'

const { caller, session, resource, target } = actionOf(1)
const HERE = { address: 'http://crm/', configured: 'a'.repeat(64) as Digest }
const parts = { random: (n: number) => new Uint8Array(n), clock: () => instant(0), sha256 }

function drafted(
  facts: Facts,
  effects: Asked['described']['effects'] = ['read'],
  configured = HERE.configured,
): Action {
  const described = { facts, effects, says: safe`reads`, command: { line: safe`GET /a`, parameters: [] } }
  const asked = { caller, session, resource, described, message: null, content: NO_CONTENT, reason: null }
  const guarded = { ...HERE, configured, target } satisfies Partial<Guarded>
  return draft({ ...asked, wait: 'live', idempotencyKey: null }, guarded, parts).action
}

const shape = (...of: Parameters<typeof drafted>): string => drafted(...of).shape

const facts = (): Facts => ({ ...actionOf(1).facts, datasets: ['customers'] })

describe('a shape', () => {
  test('is the same for the same facts, spelled before or not', () => {
    const spelled = spelledOnce(facts())
    expect(new Set([shape(spelled), shape(spelled), shape(facts()), shape(spelledOnce(facts()))]).size).toBe(
      1,
    )
  })

  test('is another with other effects, and of a resource that is configured in another way', () => {
    const spelled = spelledOnce(facts())
    const other = 'b'.repeat(64) as Digest
    const all = [
      shape(spelled),
      shape(spelled, ['write']),
      shape(spelled, ['read', 'write']),
      shape(spelled, ['read'], other),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(shape(spelled)).toBe(all[0])
  })

  test('of facts that may still change is made anew', () => {
    const changing = { ...facts(), datasets: ['customers'] }
    const before = shape(changing)
    changing.datasets = ['invoices']
    expect(shape(changing)).not.toBe(before)
  })
})

test(
  claim('L1', 'core', 'more facts than a leaf can hold are as none: not understood, and recordable'),
  () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `dataset-${at}`)
    const most = drafted({ ...facts(), datasets: names(1_000) })
    expect(most).toMatchObject({ effects: ['read'], facts: { understood: true } })
    const { facts: over, effects } = drafted({ ...facts(), datasets: names(2_000) })
    expect(effects).toEqual(['execute'])
    expect(over).toMatchObject({ understood: false, datasets: [], operation: '' })
    expect(over.unknown).toEqual(expect.arrayContaining(['operation', 'datasets', 'labels', 'http.body']))
  },
)

describe('the canonical action', () => {
  const spelling = (of: typeof caller, message: Json = null): string =>
    Buffer.from(canonicalAction(of, resource, HERE, message)).toString()

  test('is spelled alike for equal callers, known or not, however they were proved', () => {
    const known = spelledOnce({ ...caller })
    const rotated = { ...caller, proof: { kind: 'sign-in', session: 's', madeBy: null } } as const
    expect(new Set([spelling(known), spelling(known), spelling(caller), spelling(rotated)]).size).toBe(1)
  })

  test('of a caller that may still change is spelled anew', () => {
    const changing = { ...caller }
    const before = spelling(changing)
    changing.owner = 'olga' as PersonId
    expect(spelling(changing)).not.toBe(before)
  })
})
