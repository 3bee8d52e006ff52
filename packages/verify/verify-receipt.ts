import type { Checkpoint } from '@sallyport/core/ledger/checkpoint'
import { type CheckedReceipt, checkReceipt, parseReceipt } from '@sallyport/core/ledger/receipt'
import type { State } from '@sallyport/core/lifecycle/life'
import { isEnd } from '@sallyport/core/lifecycle/table'
import { type Engines, verifierFrom } from './engines.ts'
import { type Finding, finding, notOpened } from './finding.ts'
import { readInOrder } from './lifecycle.ts'
import { readLeaf } from './seen-leaf.ts'

export interface SoundReceipt {
  readonly kind: 'sound'
  readonly action: string
  /** How far these leaves bring it. Versions have no gap, so nothing before is left out. */
  readonly state: State
  /**
   * Nothing comes after an end. Without one the state is a least: whoever hands the receipt on can take its last leaves off,
   * and only the record shows that.
   */
  readonly ended: boolean
  readonly leaves: number
  readonly checkpoint: Checkpoint
}

/** Checks a receipt's file: every proof against the one signed checkpoint, then the action's way by its own leaves. */
export function verifyReceipt(engines: Engines, text: string, verifierKey: string): SoundReceipt | Finding {
  const log = verifierFrom(engines, verifierKey)
  const receipt = parseReceipt(text)
  if (receipt.kind === 'malformed') return finding('malformed', null, receipt.problem)
  const checked = checkReceipt(engines.sha256, receipt, log)
  if (checked.kind !== 'proven') return notProven(checked)
  const { entries } = receipt
  const reading = readInOrder()
  let action: string | null = null
  for (const { leaf: leafText, proof } of entries) {
    const leaf = readLeaf(new TextEncoder().encode(leafText))
    if (leaf.kind === 'malformed') return finding('malformed', proof.index, leaf.problem)
    if (leaf.kind === 'other' || (action !== null && leaf.action !== action))
      return finding('other-action', proof.index, 'the receipt has a leaf that is not of its action')
    const taken = reading.take(proof.index, leaf)
    if (taken.kind === 'unsound') return taken
    action = leaf.action
  }
  const state = action === null ? null : reading.stateOf(action)
  if (action === null || state === null) return finding('malformed', null, 'the receipt is of no action')
  const { checkpoint } = checked
  return { kind: 'sound', action, state, ended: isEnd(state), leaves: entries.length, checkpoint }
}

function notProven(checked: Exclude<CheckedReceipt, { readonly kind: 'proven' }>): Finding {
  switch (checked.kind) {
    case 'two-checkpoints':
      return finding('forked', checked.index, 'the proofs of the receipt end in two checkpoints')
    case 'out-of-order':
      return finding('reordered', checked.index, 'the leaves of the receipt are not in the order of the log')
    case 'not-included':
      return finding('not-included', checked.index, `the log has another leaf at ${checked.index}`)
    default:
      return notOpened(checked, 'the checkpoint of the receipt')
  }
}
