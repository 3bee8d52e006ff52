import { unreachable } from '@sallyport/core/given'
import { callerKey } from '@sallyport/core/lifecycle/standing'
import type { Change, Write } from '../store.ts'
import type { PackedChange, PackedLife, PackedVersioned, PackedWrite } from './message.ts'

/** Made the moment the change is handed in: what the caller does to its objects afterwards is not in the record. */
export function pack({ writes, leaves }: Change): PackedChange {
  const packed = writes.map(packWrite)
  // What is kept of an action hangs on its life, in whatever order the two were named.
  const lives = packed.filter(({ kind }) => kind === 'life')
  const others = packed.filter(({ kind }) => kind !== 'life')
  return { writes: [...lives, ...others], leaves: leaves.map((leaf) => JSON.stringify(leaf)) }
}

function packWrite(write: Write): PackedWrite {
  switch (write.kind) {
    case 'life':
      return packLife(write)
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
    case 'keep': {
      const { nonce, payload, answer } = write.kept
      return {
        ...write,
        kept: { ...write.kept, nonce: alone(nonce), payload: alone(payload), answer: alone(answer) },
      }
    }
    case 'answer':
      return { ...write, answer: alone(write.answer) }
    case 'erase':
    case 'archive':
      return write
    default:
      return unreachable(write)
  }
}

function packLife({ from, life }: Extract<Write, { readonly kind: 'life' }>): PackedLife {
  const { action, version, state } = life
  const { id, caller, askedAt, shape, session, facts } = action
  continues(id, from, version)
  return {
    kind: 'life',
    id,
    from,
    version,
    state,
    json: JSON.stringify(life),
    askedAt,
    shape,
    session,
    caller: callerKey(caller),
    labels: facts.labels.length === 0 ? null : JSON.stringify(facts.labels),
  }
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
