import type { OpenedCheckpoint } from '@sallyport/core/ledger/checkpoint'

/** What is wrong with a record. The first eleven are found by hashes and signatures, the others by reading the leaves. */
export type Wrong =
  /** A checkpoint, leaf or receipt that is not in its format. */
  | 'malformed'
  /** Nobody known signed the checkpoint. */
  | 'unknown-key'
  /** Somebody else signed it in the log's name. */
  | 'foreign-signature'
  /** The log's key signed it, about another log. */
  | 'foreign-origin'
  | 'edited'
  | 'inserted'
  | 'duplicated'
  | 'deleted'
  | 'reordered'
  /** The leaf and everything behind it is missing. */
  | 'truncated'
  /** A hash tile is not the one that was signed, though the leaves below it are. */
  | 'wrong-tile'
  /** Another history than the one that was signed, here or in the kept checkpoint. */
  | 'forked'
  /** The log ends before the kept checkpoint does. */
  | 'rolled-back'
  /** A proof does not lead from its leaf to the checkpoint. */
  | 'not-included'
  | Disorder

/** How the leaves of an action can contradict the transition table. */
export type Disorder =
  | 'admitted-twice'
  | 'moved-before-admitted'
  | 'version-gap'
  | 'wrong-state'
  | 'moved-after-end'
  | 'dispatched-twice'
  | 'not-in-the-table'
  | 'against-the-verdict'
  | 'other-digest'
  | 'decided-by-the-chain'
  | 'decided-without-presence'
  | 'voted-twice'
  | 'too-few-approvals'
  /** A receipt with a leaf of another action. */
  | 'other-action'

/** The first thing wrong. Where hashes alone cannot say which leaf, `leaf` spans all that it can be. */
export interface Finding {
  readonly kind: 'unsound'
  readonly wrong: Wrong
  readonly leaf: LeafSpan | null
  readonly says: string
}

export interface LeafSpan {
  readonly first: number
  readonly last: number
}

export function finding(wrong: Wrong, leaf: LeafSpan | number | null, says: string): Finding {
  const span = typeof leaf === 'number' ? { first: leaf, last: leaf } : leaf
  return { kind: 'unsound', wrong, leaf: span, says }
}

/** Why a checkpoint was not opened. `what` names it: the log's, the kept one, the receipt's. */
export function notOpened(
  opened: Exclude<OpenedCheckpoint, { readonly kind: 'signed' }>,
  what: string,
): Finding {
  switch (opened.kind) {
    case 'malformed':
      return finding('malformed', null, `${what}: ${opened.problem}`)
    case 'unknown-key':
      return finding('unknown-key', null, `${what} is not signed by the log's key`)
    case 'foreign-signature':
      return finding('foreign-signature', null, `${what} is signed in the log's name, but not by its key`)
    case 'foreign-origin':
      return finding('foreign-origin', null, `${what} is of another log: \`${opened.origin}\``)
  }
}
