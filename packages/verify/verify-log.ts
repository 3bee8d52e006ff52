import type { Sha256 } from '@sallyport/core/given'
import { CHECKPOINT_PATH, type Checkpoint, openCheckpoint } from '@sallyport/core/ledger/checkpoint'
import { leafHash, sameHash } from '@sallyport/core/ledger/hash'
import type { Verifier } from '@sallyport/core/ledger/note'
import { isConsistent, proveConsistency } from '@sallyport/core/ledger/path'
import { nodesFromTiles, TILE_WIDTH } from '@sallyport/core/ledger/tile'
import { nameLeaf, nameTile, nameTree } from './diagnose.ts'
import { type Engines, verifierFrom } from './engines.ts'
import { type LogFiles, logFiles } from './files.ts'
import { type Finding, finding, notOpened } from './finding.ts'
import { type ActionCounts, type Reading, readInOrder } from './lifecycle.ts'
import { readLeaf } from './seen-leaf.ts'
import { type HeldTile, leafTiles, readEdge } from './signed-tiles.ts'
import type { LogSource } from './source.ts'

export interface SoundLog {
  readonly kind: 'sound'
  readonly checkpoint: Checkpoint
  /** The signed note itself: keep it, and the next check finds a log that was rolled back or forked. */
  readonly note: string
  readonly actions: ActionCounts
}

export interface VerifyOptions {
  /** A checkpoint of this log that the caller kept from an earlier check: the signed note. */
  readonly kept?: string
}

/**
 * Checks a log from its files alone: the signature, the root, every tile and leaf under it, the order of every action, and
 * that it continues the kept checkpoint. The first thing wrong is named. It rejects only where the source cannot be read.
 */
export async function verifyLog(
  engines: Engines,
  source: LogSource,
  verifierKey: string,
  { kept: keptNote }: VerifyOptions = {},
): Promise<SoundLog | Finding> {
  const { sha256 } = engines
  const log = verifierFrom(engines, verifierKey)
  const head = await readHead(source, log)
  if (head.kind === 'unsound') return head
  const { checkpoint, note } = head
  const kept = keptNote === undefined ? null : openKept(keptNote, log, checkpoint)
  if (kept?.kind === 'unsound') return kept
  const files = logFiles(source, checkpoint.size)
  const { edge, root } = await readEdge(sha256, files)
  if (!sameHash(root, checkpoint.root)) return nameTree(sha256, files, checkpoint, kept)
  const reading = readInOrder()
  const wrong = await readLeaves(sha256, files, edge, reading)
  if (wrong.kind === 'unsound') return wrong
  if (kept !== null && !(await continues(sha256, files, kept, checkpoint))) return forkedFrom(kept)
  return { kind: 'sound', checkpoint, note, actions: reading.counts() }
}

async function readHead(
  source: LogSource,
  log: Verifier,
): Promise<{ readonly kind: 'head'; readonly checkpoint: Checkpoint; readonly note: string } | Finding> {
  const bytes = await source.read(CHECKPOINT_PATH)
  if (bytes === undefined) return finding('malformed', null, 'there is no checkpoint')
  const note = decode(bytes)
  if (note === undefined) return finding('malformed', null, 'the checkpoint is not UTF-8')
  const opened = openCheckpoint(note, log)
  if (opened.kind !== 'signed') return notOpened(opened, 'the checkpoint')
  return { kind: 'head', checkpoint: opened.checkpoint, note }
}

function openKept(note: string, log: Verifier, now: Checkpoint): Checkpoint | Finding {
  const opened = openCheckpoint(note, log)
  if (opened.kind !== 'signed') return notOpened(opened, 'the kept checkpoint')
  const kept = opened.checkpoint
  if (kept.size > now.size) {
    const lost = { first: now.size, last: kept.size - 1 }
    return finding('rolled-back', lost, `the log had ${kept.size} leaves and now has ${now.size}`)
  }
  return kept
}

/** Every leaf once: its hash against the signed one, then what it says against what was said before. */
async function readLeaves(
  sha256: Sha256,
  files: LogFiles,
  edge: readonly HeldTile[],
  reading: Reading,
): Promise<{ readonly kind: 'in-order' } | Finding> {
  for await (const held of leafTiles(sha256, files, edge)) {
    if (held.kind === 'wrong') return nameTile(sha256, files, held)
    const begin = held.tile.index * TILE_WIDTH
    const { entries, surplus } = await files.bundle(held.tile.index)
    for (const [i, signed] of held.hashes.entries()) {
      const entry = entries[i]
      if (entry === undefined || !sameHash(leafHash(sha256, entry), signed))
        return nameLeaf(sha256, files, edge, begin + i, signed, entry)
      const leaf = readLeaf(entry)
      if (leaf.kind === 'malformed') return finding('malformed', begin + i, leaf.problem)
      const taken = reading.take(begin + i, leaf)
      if (taken.kind === 'unsound') return taken
    }
    const next = begin + held.hashes.length
    if (surplus)
      return finding('inserted', next, `something that was never signed stands behind leaf ${next - 1}`)
  }
  return { kind: 'in-order' }
}

async function continues(
  sha256: Sha256,
  files: LogFiles,
  kept: Checkpoint,
  now: Checkpoint,
): Promise<boolean> {
  const read = nodesFromTiles(sha256, now.size, (tile) => files.hashes(tile))
  return isConsistent(sha256, kept, now, await proveConsistency(sha256, kept.size, now.size, read))
}

/** Two signed heads that no one history has: the two notes together prove it to anybody. */
function forkedFrom({ size }: Checkpoint): Finding {
  const first = { first: 0, last: Math.max(0, size - 1) }
  return finding('forked', first, `the log does not begin with the ${size} leaves of the kept checkpoint`)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
