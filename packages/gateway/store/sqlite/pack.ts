import { canonicalText } from '@sallyport/core/action/canonical'
import { hex } from '@sallyport/core/action/digest'
import { unreachable } from '@sallyport/core/given'
import type { Leaf } from '@sallyport/core/ledger/leaf'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import type { Change, Kept, Write } from '../store.ts'
import type {
  PackedBegin,
  PackedChange,
  PackedKept,
  PackedLeaf,
  PackedMove,
  PackedVersioned,
  PackedWrite,
} from './message.ts'

/** Made the moment the change is handed in: what the caller does to its objects afterwards is not in the record. */
export function pack({ writes, leaves }: Change): PackedChange {
  // What is kept of an action hangs on its life, in whatever order the two were named.
  const packed: PackedWrite[] = []
  const together = new Set<Write>()
  for (const write of writes) {
    if (write.kind !== 'life') continue
    const keep = writes.filter((other) => other.kind === 'keep').find((other) => goesWith(other, write))
    packed.push(packLife(write, keep))
    if (keep !== undefined) together.add(keep)
  }
  for (const write of writes) if (write.kind !== 'life' && !together.has(write)) packed.push(packWrite(write))
  return { writes: packed, leaves: leaves.map(packLeaf) }
}

type LifeWrite = Extract<Write, { readonly kind: 'life' }>
type KeepWrite = Extract<Write, { readonly kind: 'keep' }>

/** An `Idempotency-Key` that was used before loses the whole change, so that such a write stays one of its own. */
function goesWith({ kept }: KeepWrite, { from, life }: LifeWrite): boolean {
  return from === 0 && kept.action === life.action.id && kept.idempotency === null
}

function packLeaf(leaf: Leaf): PackedLeaf {
  return { action: 'action' in leaf ? leaf.action : null, text: canonicalText(leaf) }
}

function packWrite(write: Exclude<Write, LifeWrite>): PackedWrite {
  switch (write.kind) {
    case 'standing':
      return versioned('standing', write.standing.id, write.from, write.standing)
    case 'freeze':
      return versioned('freeze', write.freeze.id, write.from, write.freeze)
    case 'agent':
      return versioned('agent', write.agent.id, write.from, write.agent)
    case 'key':
      return versioned('key', write.key.lookup, write.from, write.key)
    case 'sign-in':
      return versioned('sign-in', write.signIn.hash, write.from, write.signIn)
    case 'keep':
      return { kind: 'keep', action: write.kept.action, kept: packKept(write.kept) }
    case 'answer':
      return { ...write, answer: alone(write.answer) }
    case 'erase':
    case 'archive':
      return write
    default:
      return unreachable(write)
  }
}

function packLife({ from, life }: LifeWrite, keep: KeepWrite | undefined): PackedBegin | PackedMove {
  const { action, ...rest } = life
  const { id, caller, askedAt, shape, session, facts } = action
  const { version, state } = life
  continues(id, from, version)
  const json = JSON.stringify(rest)
  if (from > 0) return { kind: 'move', id, from, version, state, json }
  return {
    kind: 'begin',
    id,
    state,
    json,
    action: JSON.stringify(action),
    askedAt,
    shape,
    session,
    caller: callerKey(caller),
    labels: facts.labels.length === 0 ? null : JSON.stringify(facts.labels),
    kept: keep === undefined ? null : packKept(keep.kept),
  }
}

function packKept({ nonce, claim, idempotency, payload, answer }: Kept): PackedKept {
  return { nonce: hex(nonce), claim, idempotency, payload: alone(payload), answer: alone(answer) }
}

function versioned(
  of: PackedVersioned['of'],
  id: string,
  from: number,
  row: { readonly version: number },
): PackedVersioned {
  continues(id, from, row.version)
  return { kind: 'versioned', of, id, from, version: row.version, json: JSON.stringify(row) }
}

/** A version that came twice would let a move win that was made from an older state: compare-and-set stands on this. */
function continues(id: string, from: number, version: number): void {
  if (version !== from + 1) throw new Error(`\`${id}\` cannot go from version ${from} to ${version}`)
}

/** A view would take the whole buffer behind it to the other thread, and a small Buffer shares that with strangers. */
function alone<B extends Uint8Array | null>(bytes: B): B | Uint8Array {
  if (bytes === null || bytes.byteLength === bytes.buffer.byteLength) return bytes
  return Uint8Array.from(bytes)
}
