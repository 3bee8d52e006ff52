import { keyPair, leaves, naiveReader, sha256, treeHash } from '@sallyport/testkit/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalBytes } from '../action/canonical.ts'
import { digestOf, type Nonce } from '../action/digest.ts'
import { signCheckpoint } from './checkpoint.ts'
import { type Hash, leafHash } from './hash.ts'
import { checkProof, encodeProof, parseProof } from './proof.ts'
import {
  checkReceipt,
  discloses,
  encodeReceipt,
  issueReceipt,
  MAX_RECEIPT_ENTRIES,
  parseReceipt,
  type Receipt,
} from './receipt.ts'

const NAME = 'sallyport.example/log'
const { signer, verifier } = keyPair(NAME, 'receipts')
const STRANGER = keyPair(NAME, 'stranger')
const ENTRIES = leaves(13)
const HEAD = { origin: NAME, size: 13, root: treeHash(ENTRIES) as Hash, extensions: [] }
const CHECKPOINT = signCheckpoint(HEAD, [signer])
const NONCE = new Uint8Array(32).fill(7) as Nonce
const text = (index: number): { index: number; leaf: string } => ({ index, leaf: `leaf ${index}` })

function issue(checkpoint = CHECKPOINT, nonce: Nonce | null = NONCE): Promise<Receipt> {
  const head = { size: 13, checkpoint }
  return issueReceipt(sha256, [text(2), text(7), text(12)], head, naiveReader(ENTRIES), nonce)
}

describe('a proof', () => {
  test('is the file that the specification draws, and comes back from it', async () => {
    const { proof } = (await issue()).entries[0]
    const file = encodeProof(proof)
    expect(file.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 2'])
    expect(file.endsWith(`\n\n${CHECKPOINT}`)).toBe(true)
    expect(parseProof(file)).toEqual(proof)
    const extra = encodeProof({ ...proof, extra: Uint8Array.of(1, 2, 3) })
    expect(extra.split('\n')[1]).toBe('extra AQID')
    expect(parseProof(extra)).toEqual({ ...proof, extra: Uint8Array.of(1, 2, 3) })
  })

  test('holds for its leaf alone', async () => {
    const { proof } = (await issue()).entries[0]
    const leaf = (index: number): Hash => leafHash(sha256, ENTRIES[index] as Uint8Array)
    expect(checkProof(sha256, proof, leaf(2), verifier).kind).toBe('signed')
    expect(checkProof(sha256, proof, leaf(3), verifier)).toEqual({ kind: 'not-included', index: 2 })
    expect(checkProof(sha256, proof, leaf(2), STRANGER.verifier).kind).toBe('unknown-key')
  })

  test.each([
    ['another first line', (file: string) => file.replace('@v1', '@v2')],
    ['no checkpoint', (file: string) => file.slice(0, file.indexOf('\n\n'))],
    ['no index', (file: string) => file.replace(/index \d+\n/, '')],
    ['an index with a leading zero', (file: string) => file.replace('index ', 'index 0')],
    ['a hash cut short', (file: string) => file.replace(/=\n\n/, '\n\n')],
    ['extra data behind the index', (file: string) => file.replace(/(index \d+\n)/, '$1extra AQID\n')],
  ])('with %s is malformed', async (_, damage) => {
    const file = encodeProof((await issue()).entries[0].proof)
    expect(parseProof(damage(file)).kind).toBe('malformed')
  })
})

describe('a receipt', () => {
  test('is checked with nothing but itself and the key of the log', async () => {
    const receipt = parseReceipt(encodeReceipt(await issue()))
    if (receipt.kind === 'malformed') return expect.fail(receipt.problem)
    expect(checkReceipt(sha256, receipt, verifier)).toEqual({
      kind: 'proven',
      checkpoint: { kind: 'checkpoint', ...HEAD },
    })
  })

  test('does not pass with any one of its bytes changed', async () => {
    const file = encodeReceipt(await issue())
    const begin = file.indexOf('"entries"')
    const end = file.indexOf('"kind":"receipt"')
    fc.assert(
      fc.property(fc.integer({ min: begin, max: end - 1 }), fc.integer({ min: 1, max: 127 }), (at, bits) => {
        const changed =
          file.slice(0, at) + String.fromCharCode(file.charCodeAt(at) ^ bits) + file.slice(at + 1)
        const receipt = parseReceipt(changed)
        if (receipt.kind === 'receipt')
          expect(checkReceipt(sha256, receipt, verifier).kind).not.toBe('proven')
      }),
      { numRuns: 1000 },
    )
  })

  test('names what is wrong with it', async () => {
    const receipt = await issue()
    const later = await issue(signCheckpoint({ ...HEAD, extensions: ['later'] }, [signer]))
    const [first, second, third] = receipt.entries
    const [, , other] = later.entries
    if (second === undefined || third === undefined || other === undefined) return expect.fail('three leaves')
    const check = (...[one, ...rest]: [typeof first, ...(typeof first)[]]): unknown =>
      checkReceipt(sha256, { ...receipt, entries: [one, ...rest] }, verifier)
    expect(check(first, { ...second, leaf: 'leaf 8' }, third)).toEqual({ kind: 'not-included', index: 7 })
    expect(check(first, third, second)).toEqual({ kind: 'out-of-order', index: 7 })
    expect(check(first, first)).toEqual({ kind: 'out-of-order', index: 2 })
    expect(check(first, second, other)).toEqual({ kind: 'two-checkpoints', index: 12 })
    expect(checkReceipt(sha256, receipt, STRANGER.verifier)).toEqual({ kind: 'unknown-key', names: [NAME] })
    const forger = { ...STRANGER.signer, keyId: signer.keyId }
    const forged = await issue(signCheckpoint(HEAD, [forger]))
    expect(checkReceipt(sha256, forged, verifier)).toEqual({ kind: 'foreign-signature', name: NAME })
  })

  test('has one spelling', async () => {
    const file = encodeReceipt(await issue())
    expect(parseReceipt(`${file}\n`).kind).toBe('receipt')
    const twice = file.replace('"kind":"receipt"', '"kind":"receipt","kind":"receipt"')
    for (const other of [twice, file.replace(',', ', '), file.replace('}', ',"more":1}'), '[]', 'null', '']) {
      expect(parseReceipt(other).kind).toBe('malformed')
    }
    const crowd = JSON.stringify({ ...JSON.parse(file), entries: Array(MAX_RECEIPT_ENTRIES + 1).fill(0) })
    expect(parseReceipt(crowd)).toEqual({ kind: 'malformed', problem: 'more than 1024 leaves' })
  })

  test("discloses the digest to whoever holds the action's bytes, and to nobody once the nonce is gone", async () => {
    const bytes = canonicalBytes({ text: 'SELECT 1' })
    const digest = digestOf(sha256, NONCE, bytes)
    expect(discloses(sha256, await issue(), bytes, digest)).toBe(true)
    expect(discloses(sha256, await issue(), canonicalBytes({ text: 'SELECT 2' }), digest)).toBe(false)
    expect(discloses(sha256, await issue(CHECKPOINT, null), bytes, digest)).toBe(false)
  })
})
