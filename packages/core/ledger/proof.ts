import type { Sha256 } from '../given.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type OpenedCheckpoint, openCheckpoint, parseDecimal, parseHashLine } from './checkpoint.ts'
import type { Hash } from './hash.ts'
import { type Malformed, malformed, type Verifier } from './note.ts'
import { isIncluded } from './path.ts'

/** That one entry is in a log, in one file that is checked offline (c2sp.org/tlog-proof). */
export interface Proof {
  readonly kind: 'proof'
  readonly index: number
  /** From the leaf's sibling up to the root's child. */
  readonly path: readonly Hash[]
  /** The signed note, verbatim. */
  readonly checkpoint: string
  /** What nobody has signed. Kept as it came, never trusted. */
  readonly extra: Uint8Array | null
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves is no higher. */
const MAX_PATH_HASHES = 53
const MAX_EXTRA_CHARACTERS: number = 64 * 1024

export function encodeProof({ index, path, checkpoint, extra }: Omit<Proof, 'kind'>): string {
  const lines = [
    FIRST_LINE,
    ...(extra === null ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...path.map(toBase64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

export function parseProof(text: string): Proof | Malformed {
  const split = text.indexOf('\n\n')
  if (split < 0) return malformed('the proof has no checkpoint')
  const [first, ...lines] = text.slice(0, split).split('\n')
  if (first !== FIRST_LINE) return malformed(`the proof does not begin with \`${FIRST_LINE}\``)
  const extra = lines[0]?.startsWith('extra ') ? parseExtra(lines.shift()) : null
  if (extra === undefined) return malformed('the extra data of the proof is not base 64')
  const indexLine = lines.shift()
  const index = indexLine?.startsWith('index ') ? parseDecimal(indexLine.slice(6)) : undefined
  if (index === undefined) return malformed('the proof has no index')
  if (lines.length > MAX_PATH_HASHES) return malformed('the proof is longer than any tree is high')
  const path = lines.flatMap((line) => parseHashLine(line) ?? [])
  if (path.length < lines.length) return malformed('a line of the proof is no hash')
  return { kind: 'proof', index, path, checkpoint: text.slice(split + 2), extra }
}

export type CheckedProof =
  | OpenedCheckpoint
  /** The checkpoint is the log's, and does not cover this leaf at this index. */
  | { readonly kind: 'not-included'; readonly index: number }

export function checkProof(sha256: Sha256, proof: Proof, leaf: Hash, log: Verifier): CheckedProof {
  const opened = openCheckpoint(proof.checkpoint, log)
  if (opened.kind !== 'signed') return opened
  const { index, path } = proof
  return isIncluded(sha256, leaf, index, opened.checkpoint, path) ? opened : { kind: 'not-included', index }
}

function parseExtra(line = ''): Uint8Array | undefined {
  return line.length > MAX_EXTRA_CHARACTERS ? undefined : fromBase64(line.slice(6))
}
