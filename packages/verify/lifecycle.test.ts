import { canonicalBytes, type Json } from '@sallyport/core/action/canonical'
import type { Digest, GroupId } from '@sallyport/core/action/ids'
import { encodeLeaf, type Leaf } from '@sallyport/core/ledger/leaf'
import { claim } from '@sallyport/testkit/claim'
import {
  ACTS_FOR,
  actionId,
  admitted,
  approved,
  DIGEST,
  history,
  moved,
  OWNER,
  verdict,
} from '@sallyport/testkit/history'
import { utf8 } from '@sallyport/testkit/ledger'
import { describe, expect, test } from 'vitest'
import type { Disorder, Finding } from './finding.ts'
import { readInOrder } from './lifecycle.ts'
import { readLeaf } from './seen-leaf.ts'

const A = actionId(1)
const OTHER = 'a0'.repeat(32) as Digest
const sent = { digest: DIGEST }
const REVIEWERS = 'reviewers' as GroupId
const LEGAL = 'legal' as GroupId
const RITA = 'rita' as typeof OWNER
const DENIAL = { by: RITA, human: RITA, proof: 'sign-in', digest: DIGEST } as const

function changedLeaf(change: Record<string, Json>): Uint8Array {
  const leaf = JSON.parse(new TextDecoder().decode(encodeLeaf(admitted(A, 1)))) as Record<string, Json>
  return canonicalBytes({ ...leaf, ...change })
}

function read(leaves: readonly Leaf[]): { kind: 'in-order' } | Finding {
  const reading = readInOrder()
  for (const [index, leaf] of leaves.entries()) {
    const seen = readLeaf(encodeLeaf(leaf))
    if (seen.kind === 'malformed') throw new Error(seen.problem)
    const taken = reading.take(index, seen)
    if (taken.kind === 'unsound') return taken
  }
  return { kind: 'in-order' }
}

describe('the leaves of an action', () => {
  test('are in order when they went by the table', () => {
    const reading = readInOrder()
    for (const [index, bytes] of history(400).entries()) {
      const leaf = readLeaf(bytes)
      expect(leaf.kind === 'malformed' ? leaf.problem : reading.take(index, leaf)).toEqual({
        kind: 'in-order',
      })
    }
    expect(reading.counts().ended).toBeGreaterThan(100)
  })

  test('may hold it anew, and then the same people may vote once more', () => {
    const again = { verdict: verdict(2), why: 'held-anew' }
    expect(
      read([
        admitted(A, 1),
        approved(A, 2, 'rita', 'approved'),
        moved(A, 3, 'dispatch', 'approved', 'waiting', again),
        approved(A, 4, 'rita', 'waiting'),
        approved(A, 5, 'raul', 'approved'),
        moved(A, 6, 'dispatch', 'approved', 'dispatched', { ...sent, verdict: verdict(2) }),
      ]),
    ).toEqual({ kind: 'in-order' })
  })

  test('may hold it anew for another group: whether an early vote still counts there, no leaf says', () => {
    const legal = verdict([{ group: LEGAL, approvals: 2 }])
    expect(
      read([
        admitted(A, 1),
        approved(A, 2, 'rita', 'approved'),
        moved(A, 3, 'dispatch', 'approved', 'waiting', { verdict: legal, why: 'held-anew' }),
        approved(A, 4, 'lena', 'approved', { seats: [LEGAL] }),
        moved(A, 5, 'dispatch', 'approved', 'dispatched', { ...sent, verdict: legal }),
      ]),
    ).toEqual({ kind: 'in-order' })
  })

  test('may have an approval sent under terms that it also meets', () => {
    const legal = verdict([{ group: LEGAL, approvals: 1 }])
    expect(
      read([
        admitted(A, 1),
        approved(A, 2, 'rita', 'approved'),
        moved(A, 3, 'dispatch', 'approved', 'dispatched', { ...sent, verdict: legal }),
      ]),
    ).toEqual({ kind: 'in-order' })
  })

  const settled = moved(A, 2, 'settle', 'dispatched', 'succeeded')
  const held = admitted(A, 1)
  const vote = approved(A, 2, 'rita', 'approved')
  const twoGroups = admitted(A, 1, {
    verdict: verdict([
      { group: REVIEWERS, approvals: 1 },
      { group: LEGAL, approvals: 1 },
    ]),
  })
  const breaches: readonly [string, Disorder, readonly Leaf[]][] = [
    ['it is admitted twice', 'admitted-twice', [held, held]],
    ['it is admitted again after its end', 'admitted-twice', [admitted(A, 'refuse'), held]],
    ['it was never admitted', 'moved-before-admitted', [settled]],
    ['it is held and yet dispatched', 'against-the-verdict', [admitted(A, 1, { to: 'dispatched' })]],
    [
      'it is refused and yet dispatched',
      'against-the-verdict',
      [admitted(A, 'refuse', { to: 'dispatched' })],
    ],
    ['a version is left out', 'version-gap', [held, approved(A, 3, 'rita', 'approved')]],
    [
      'a version comes twice',
      'version-gap',
      [admitted(A, 2), approved(A, 2, 'rita', 'waiting'), approved(A, 2, 'raul', 'approved')],
    ],
    [
      'it leaves a state that it was not in',
      'wrong-state',
      [held, moved(A, 2, 'dispatch', 'approved', 'dispatched', sent)],
    ],
    [
      'it makes a move that there is not',
      'not-in-the-table',
      [held, moved(A, 2, 'settle', 'waiting', 'succeeded')],
    ],
    [
      'it is dispatched twice',
      'dispatched-twice',
      [admitted(A, 'allow'), moved(A, 2, 'dispatch', 'dispatched', 'dispatched', sent)],
    ],
    [
      'it moves after its end',
      'moved-after-end',
      [admitted(A, 'allow'), settled, moved(A, 3, 'settle', 'succeeded', 'failed')],
    ],
    [
      'it runs after it was denied',
      'moved-after-end',
      [
        held,
        moved(A, 2, 'deny', 'waiting', 'denied', DENIAL),
        moved(A, 3, 'dispatch', 'denied', 'dispatched', sent),
      ],
    ],
    ['its owner approves', 'decided-by-the-chain', [held, approved(A, 2, OWNER, 'approved')]],
    ['a person acted for approves', 'decided-by-the-chain', [held, approved(A, 2, ACTS_FOR, 'approved')]],
    [
      'its owner approves from another account',
      'decided-by-the-chain',
      [held, approved(A, 2, 'rita', 'approved', { human: OWNER })],
    ],
    [
      'nobody proved to be there',
      'decided-without-presence',
      [held, moved(A, 2, 'approve', 'waiting', 'approved', sent)],
    ],
    [
      'another action was approved',
      'other-digest',
      [held, approved(A, 2, 'rita', 'approved', { digest: OTHER })],
    ],
    [
      'another action was sent',
      'other-digest',
      [held, vote, moved(A, 3, 'dispatch', 'approved', 'dispatched', { digest: OTHER })],
    ],
    ['one of two approves', 'too-few-approvals', [admitted(A, 2), vote]],
    [
      'one person approves twice',
      'voted-twice',
      [admitted(A, 2), approved(A, 2, 'rita', 'waiting'), approved(A, 3, 'rita', 'approved')],
    ],
    [
      'two of one group approve what asks for one of each of two',
      'too-few-approvals',
      [twoGroups, approved(A, 2, 'rita', 'waiting'), approved(A, 3, 'raul', 'approved')],
    ],
    [
      'a voter sat for no group of the hold',
      'too-few-approvals',
      [held, approved(A, 2, 'rita', 'approved', { seats: [LEGAL] })],
    ],
    ['a vote names no seat', 'too-few-approvals', [held, approved(A, 2, 'rita', 'approved', { seats: [] })]],
    [
      'it is held anew and approved by too few of the group that it then asks for',
      'too-few-approvals',
      [
        held,
        vote,
        moved(A, 3, 'dispatch', 'approved', 'waiting', {
          verdict: verdict([{ group: LEGAL, approvals: 2 }]),
        }),
        approved(A, 4, 'raul', 'approved'),
      ],
    ],
    [
      'one person votes twice after it was held anew',
      'voted-twice',
      [
        held,
        vote,
        moved(A, 3, 'dispatch', 'approved', 'waiting', { verdict: verdict(3) }),
        approved(A, 4, 'rita', 'waiting'),
        approved(A, 5, 'rita', 'waiting'),
      ],
    ],
    [
      'it is sent although policy now refuses',
      'against-the-verdict',
      [
        held,
        vote,
        moved(A, 3, 'dispatch', 'approved', 'dispatched', { ...sent, verdict: verdict('refuse') }),
      ],
    ],
    [
      'it is sent although policy now asks for more',
      'too-few-approvals',
      [held, vote, moved(A, 3, 'dispatch', 'approved', 'dispatched', { ...sent, verdict: verdict(2) })],
    ],
  ]
  test.each(breaches)(claim('L2', 'core', 'are named when %s'), (_, wrong, leaves) => {
    const last = leaves.length - 1
    expect(read(leaves)).toMatchObject({ kind: 'unsound', wrong, leaf: { first: last, last } })
  })
})

test.each([
  ['no JSON', utf8('hello')],
  ['another spelling', utf8('{"v": 1,"kind":"changed"}')],
  ['a key twice', utf8('{"kind":"changed","v":1,"v":1}')],
  ['no UTF-8', Uint8Array.of(0xff)],
  ['another version', canonicalBytes({ kind: 'changed', v: 2 })],
  ['a kind that nobody knows', canonicalBytes({ kind: 'renamed', v: 1 })],
  ['a state that nobody knows', changedLeaf({ to: 'toString' })],
  ['an admission that does not say which humans asked', changedLeaf({ chain: null })],
  [
    'a hold that asks for a million',
    changedLeaf({ verdict: { kind: 'hold', terms: { groups: [{ group: 'all', approvals: 1_000_000 }] } } }),
  ],
  ['a hold that asks for nobody', changedLeaf({ verdict: { kind: 'hold', terms: { groups: [] } } })],
])('a leaf of %s is not read', (_, bytes) => {
  expect(readLeaf(bytes).kind).toBe('malformed')
})
