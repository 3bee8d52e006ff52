import { canonicalText } from '../action/canonical.ts'
import { digestOf, hex, NONCE_BYTES, type Nonce } from '../action/digest.ts'
import type { Digest } from '../action/ids.ts'
import type { NonEmpty, Sha256 } from '../given.ts'
import { type Checkpoint, type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { leafHash } from './hash.ts'
import { type Malformed, malformed, type Verifier } from './note.ts'
import { isIncluded, proveInclusion } from './path.ts'
import { encodeProof, type Proof, parseProof } from './proof.ts'
import type { NodeReader } from './tree.ts'

/**
 * The leaves of one action, each with its proof against one checkpoint: what a third party holds without asking the server.
 * They are issued all; that the last were not taken off since, only an end proves.
 * Each proof is a whole tlog-proof file, so that a checker that never heard of receipts can take it out and check it.
 */
export interface Receipt {
  readonly kind: 'receipt'
  readonly entries: NonEmpty<ReceiptEntry>
  /** Discloses the digest to whoever holds the action's bytes; null once it was erased, or for those who may not know. */
  readonly nonce: Nonce | null
}

export interface ReceiptEntry {
  /** The leaf's exact text: its UTF-8 bytes are what was hashed. */
  readonly leaf: string
  readonly proof: Proof
}

export const MAX_RECEIPT_ENTRIES = 1024
const MAX_RECEIPT_CHARACTERS = 64 * 1024 * 1024

const RECEIPT_VERSION = 1
const NONCE = /^[0-9a-f]{64}$/
const encoder = new TextEncoder()

/** The leaves in the order of the log, proven from stored nodes against this checkpoint of `size` leaves. */
export async function issueReceipt(
  sha256: Sha256,
  leaves: NonEmpty<{ readonly index: number; readonly leaf: string }>,
  head: { readonly size: number; readonly checkpoint: string },
  read: NodeReader,
  nonce: Nonce | null,
): Promise<Receipt> {
  const prove = async ({ index, leaf }: (typeof leaves)[number]): Promise<ReceiptEntry> => {
    const path = await proveInclusion(sha256, index, head.size, read)
    return { leaf, proof: { kind: 'proof', index, path, checkpoint: head.checkpoint, extra: null } }
  }
  const [first, ...others] = leaves
  return { kind: 'receipt', entries: [await prove(first), ...(await Promise.all(others.map(prove)))], nonce }
}

export function encodeReceipt({ entries, nonce }: Receipt): string {
  return canonicalText({
    kind: 'receipt',
    v: RECEIPT_VERSION,
    nonce: nonce === null ? null : hex(nonce),
    entries: entries.map(({ leaf, proof }) => ({ leaf, proof: encodeProof(proof) })),
  })
}

/** Only the one spelling that `encodeReceipt` gives: with a key twice, two readers could see two receipts in one file. */
export function parseReceipt(text: string): Receipt | Malformed {
  if (text.length > MAX_RECEIPT_CHARACTERS) return malformed('the receipt is too long')
  const value = parseJson(text.trimEnd())
  if (!isRecord(value) || value['kind'] !== 'receipt' || value['v'] !== RECEIPT_VERSION)
    return malformed('not a receipt of version 1')
  const list: readonly unknown[] = Array.isArray(value['entries']) ? value['entries'] : []
  if (list.length > MAX_RECEIPT_ENTRIES) return malformed(`more than ${MAX_RECEIPT_ENTRIES} leaves`)
  const entries: ReceiptEntry[] = []
  for (const item of list) {
    const entry = parseEntry(item)
    if ('kind' in entry) return entry
    entries.push(entry)
  }
  const [first, ...others] = entries
  if (first === undefined) return malformed('the receipt has no leaves')
  const nonce = parseNonce(value['nonce'])
  if (nonce === undefined) return malformed('the nonce of the receipt is none')
  const receipt: Receipt = { kind: 'receipt', entries: [first, ...others], nonce }
  if (encodeReceipt(receipt) !== text.trimEnd()) return malformed('the receipt is not in its one spelling')
  return receipt
}

export type CheckedReceipt =
  | { readonly kind: 'proven'; readonly checkpoint: Checkpoint }
  | Exclude<OpenedCheckpoint, { readonly kind: 'signed' }>
  /** Two of its proofs end in two checkpoints: they might be two histories. */
  | { readonly kind: 'two-checkpoints'; readonly index: number }
  /** The leaves do not stand in the order of the log. */
  | { readonly kind: 'out-of-order'; readonly index: number }
  | { readonly kind: 'not-included'; readonly index: number }

/** That the log has each of these leaves. What the leaves say, and whether they are all, is the verifier's next question. */
export function checkReceipt(sha256: Sha256, { entries }: Receipt, log: Verifier): CheckedReceipt {
  const { checkpoint: note } = entries[0].proof
  const opened = openCheckpoint(note, log)
  if (opened.kind !== 'signed') return opened
  const { checkpoint } = opened
  let before = -1
  for (const { leaf, proof } of entries) {
    const { index } = proof
    if (proof.checkpoint !== note) return { kind: 'two-checkpoints', index }
    if (index <= before) return { kind: 'out-of-order', index }
    const hash = leafHash(sha256, encoder.encode(leaf))
    if (!isIncluded(sha256, hash, index, checkpoint, proof.path)) return { kind: 'not-included', index }
    before = index
  }
  return { kind: 'proven', checkpoint }
}

/** Whether these bytes are the canonical action behind `digest`: for whoever holds both them and the receipt. */
export function discloses(
  sha256: Sha256,
  { nonce }: Receipt,
  canonical: Uint8Array,
  digest: Digest,
): boolean {
  return nonce !== null && digestOf(sha256, nonce, canonical) === digest
}

function parseEntry(value: unknown): ReceiptEntry | Malformed {
  if (!isRecord(value)) return malformed('an entry of the receipt is no object')
  const { leaf, proof: text } = value
  if (typeof leaf !== 'string' || !leaf.isWellFormed()) return malformed('a leaf of the receipt is no text')
  if (typeof text !== 'string') return malformed('a proof of the receipt is no text')
  const proof = parseProof(text)
  return proof.kind === 'malformed' ? proof : { leaf, proof }
}

function parseNonce(value: unknown): Nonce | null | undefined {
  if (value === null) return null
  if (typeof value !== 'string' || !NONCE.test(value)) return undefined
  const byte = (_: unknown, i: number): number => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16)
  return Uint8Array.from({ length: NONCE_BYTES }, byte) as Nonce
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
