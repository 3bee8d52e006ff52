import type { Nonce } from '@sallyport/core/action/digest'
import type { ActionId } from '@sallyport/core/action/ids'
import { issueReceipt, type Receipt } from '@sallyport/core/ledger/receipt'
import { sha256 } from '../keys/sha256.ts'
import type { Store } from '../store/store.ts'
import type { Publisher } from './publisher.ts'
import { storedTree } from './stored-tree.ts'

export interface ReceiptSources {
  readonly store: Store
  readonly publisher: Pick<Publisher, 'covering'>
}

/**
 * All leaves of the action until now, with their proofs against one checkpoint that covers them. `disclose`: whoever asks
 * holds the action's bytes and may know that the digest is of them. Undefined where there is no such action.
 */
export async function receiptOf(
  { store, publisher }: ReceiptSources,
  action: ActionId,
  { disclose }: { readonly disclose: boolean },
): Promise<Receipt | undefined> {
  const leaves = await store.read('leaves', { action })
  const [first, ...others] = leaves.map(({ index, entry }) => ({ index, leaf: decoder.decode(entry) }))
  if (first === undefined) return undefined
  const { index: last } = others.at(-1) ?? first
  const { size, note: checkpoint } = await publisher.covering(last + 1)
  const kept = disclose ? await store.read('kept', { action }) : null
  const nonce = kept === null ? null : (kept.nonce as Nonce)
  return issueReceipt(sha256, [first, ...others], { size, checkpoint }, storedTree(store, size), nonce)
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
