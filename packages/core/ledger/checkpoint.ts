import { fromBase64, toBase64 } from './base64.ts'
import { type Hash, parseHash } from './hash.ts'
import {
  type Malformed,
  malformed,
  type OpenedNote,
  openNote,
  type Signer,
  signNote,
  type Verifier,
} from './note.ts'
import { MAX_TREE_SIZE } from './tree.ts'

/** The signed head of a log (c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  readonly kind: 'checkpoint'
  /** Which log this is: also the name that its key signs as. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
  /** Lines that no monitor audits. A log of ours writes none. */
  readonly extensions: readonly string[]
}

/** The path of the newest checkpoint below the log's prefix. */
export const CHECKPOINT_PATH = 'checkpoint'

const DECIMAL = /^(?:0|[1-9]\d*)$/

/** The text that is signed: origin, size, root, each on its line. */
export function checkpointText({ origin, size, root, extensions }: Omit<Checkpoint, 'kind'>): string {
  return [origin, String(size), toBase64(root), ...extensions].map((line) => `${line}\n`).join('')
}

export function parseCheckpointText(text: string): Checkpoint | Malformed {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.some((line) => line === ''))
    return malformed('a checkpoint is lines that are not empty')
  const [origin, sizeLine, rootLine, ...extensions] = lines
  if (origin === undefined || sizeLine === undefined || rootLine === undefined)
    return malformed('a checkpoint has at least three lines')
  const size = parseDecimal(sizeLine)
  if (size === undefined) return malformed('the size of the checkpoint is no number')
  const root = parseHashLine(rootLine)
  if (root === undefined) return malformed('the root of the checkpoint is no hash')
  return { kind: 'checkpoint', origin, size, root, extensions }
}

/** Throws rather than sign what no reader would take. The caller has made sure that it continues all it signed before. */
export function signCheckpoint(checkpoint: Omit<Checkpoint, 'kind'>, signers: readonly Signer[]): string {
  const text = checkpointText(checkpoint)
  const parsed = parseCheckpointText(text)
  if (parsed.kind === 'malformed') throw new Error(parsed.problem)
  return signNote(text, signers)
}

export type OpenedCheckpoint =
  | { readonly kind: 'signed'; readonly checkpoint: Checkpoint }
  /** Signed by the log's key, and speaks of another log. */
  | { readonly kind: 'foreign-origin'; readonly origin: string }
  | Exclude<OpenedNote, { readonly kind: 'signed' }>

/** A checkpoint of the log whose key this is. Signatures of others beside it are not looked at. */
export function openCheckpoint(note: string, log: Verifier): OpenedCheckpoint {
  const opened = openNote(note, [log])
  if (opened.kind !== 'signed') return opened
  const checkpoint = parseCheckpointText(opened.text)
  if (checkpoint.kind === 'malformed') return checkpoint
  const { origin } = checkpoint
  return origin === log.name ? { kind: 'signed', checkpoint } : { kind: 'foreign-origin', origin }
}

/** A count or an index as the formats spell it: no sign, no leading zero, exact in a number. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return value <= MAX_TREE_SIZE ? value : undefined
}

export function parseHashLine(line: string): Hash | undefined {
  const bytes = fromBase64(line)
  return bytes === undefined ? undefined : parseHash(bytes)
}
