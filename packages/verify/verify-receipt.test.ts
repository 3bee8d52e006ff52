import type { NonEmpty } from '@sallyport/core/given'
import { signCheckpoint } from '@sallyport/core/ledger/checkpoint'
import { encodeLeaf, type Leaf } from '@sallyport/core/ledger/leaf'
import { encodeVerifierKey, keyOf, type Signer } from '@sallyport/core/ledger/note'
import { encodeReceipt, issueReceipt } from '@sallyport/core/ledger/receipt'
import { rootOf } from '@sallyport/core/ledger/tree'
import { claim } from '@sallyport/testkit/claim'
import { actionId, admitted, approved, changed, DIGEST, moved, OWNER } from '@sallyport/testkit/history'
import { grow, keyPair, naiveReader, sha256 } from '@sallyport/testkit/ledger'
import { describe, expect, test } from 'vitest'
import type { Wrong } from './finding.ts'
import { NODE_ENGINES } from './node.ts'
import { verifyReceipt } from './verify-receipt.ts'

const ORIGIN = 'sallyport.example/log'
const OURS = keyPair(ORIGIN, 'ours')
const STRANGER = keyPair(ORIGIN, 'stranger')
const VKEY = encodeVerifierKey(keyOf(sha256, ORIGIN, OURS.raw))
const A = actionId(1)
const B = actionId(2)

const LOG: readonly Leaf[] = [
  changed('first'),
  admitted(A, 2),
  admitted(B, 'allow'),
  approved(A, 2, 'rita', 'waiting'),
  approved(A, 3, 'raul', 'approved'),
  moved(A, 4, 'dispatch', 'approved', 'dispatched', { digest: DIGEST }),
  moved(A, 5, 'settle', 'dispatched', 'succeeded'),
]
const OF_A = [1, 3, 4, 5, 6] as const

/** A receipt whose proofs hold, of these leaves of this log. */
async function receipt(indexes: NonEmpty<number>, log = LOG, signer: Signer = OURS.signer): Promise<string> {
  const bytes = log.map(encodeLeaf)
  const root = rootOf(sha256, grow(bytes).frontier.peaks)
  const checkpoint = signCheckpoint({ origin: ORIGIN, size: log.length, root, extensions: [] }, [signer])
  const leaf = (index: number): { index: number; leaf: string } => ({
    index,
    leaf: new TextDecoder().decode(bytes[index]),
  })
  const [first, ...others] = indexes
  const head = { size: log.length, checkpoint }
  return encodeReceipt(
    await issueReceipt(sha256, [leaf(first), ...others.map(leaf)], head, naiveReader(bytes), null),
  )
}

describe('a receipt', () => {
  test(claim('L3', 'core', 'tells without the server how its action ended'), async () => {
    expect(verifyReceipt(NODE_ENGINES, await receipt(OF_A), VKEY)).toMatchObject({
      kind: 'sound',
      action: A,
      state: 'succeeded',
      ended: true,
      leaves: 5,
      checkpoint: { origin: ORIGIN, size: 7 },
    })
  })

  test.each([
    ['waiting', [1, 3]],
    ['approved', [1, 3, 4]],
    ['dispatched', [1, 3, 4, 5]],
  ] as const)(
    claim(
      'L3',
      'core',
      'whose last leaves were taken off says no more than that it came to %s, and has no end',
    ),
    async (state, indexes) => {
      const checked = verifyReceipt(NODE_ENGINES, await receipt(indexes), VKEY)
      expect(checked).toMatchObject({ kind: 'sound', state, ended: false })
    },
  )

  const self = LOG.with(3, approved(A, 2, OWNER, 'waiting'))
  const wrongs: readonly [string, Promise<string>, Wrong, number | null][] = [
    ['leaves out an approval', receipt([1, 3, 5, 6]), 'version-gap', 5],
    ['leaves out the beginning', receipt([3, 4, 5, 6]), 'moved-before-admitted', 3],
    ['holds a leaf of another action', receipt([1, 2, 3]), 'other-action', 2],
    ['holds a leaf of no action', receipt([0, 1]), 'other-action', 0],
    ['shows an approval by the owner', receipt(OF_A, self), 'decided-by-the-chain', 3],
    ['was signed by a stranger', receipt(OF_A, LOG, STRANGER.signer), 'unknown-key', null],
    ['has a changed leaf', receipt(OF_A).then((text) => text.replace('rita', 'rosa')), 'not-included', 3],
    ['is no receipt', Promise.resolve('{}'), 'malformed', null],
  ]
  test.each(wrongs)('that %s is not sound, and says why', async (_, text, wrong, index) => {
    const leaf = index === null ? null : { first: index, last: index }
    expect(verifyReceipt(NODE_ENGINES, await text, VKEY)).toMatchObject({ kind: 'unsound', wrong, leaf })
  })
})
