import { spelledOnce } from '@sallyport/core/action/canonical'
import type { AgentId, Digest, GroupId, PersonId } from '@sallyport/core/action/ids'
import { type ArchivedDirectory, archiveDirectory } from '@sallyport/core/people/archive'
import type { Caller } from '@sallyport/core/people/caller'
import type { Directory } from '@sallyport/core/people/directory'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { AgentRow, Change, KeyRow, Write } from '../store/store.ts'
import { deriveKey, hashOf, nameOfProof } from './derive.ts'
import { type Changer, changed, type IdentityParts } from './parts.ts'
import { drawToken } from './token.ts'
import { takeTurns } from './turns.ts'

/** Everybody known at one moment, and the digest under which that is archived. */
export interface Known {
  readonly directory: Directory
  readonly digest: Digest
}

/** A key, told here and never again. */
export interface NewKey {
  readonly key: string
}

/** Reads agents and keys, and archives the directory that they make with the configuration before anything is judged by it. */
export async function openAgents(parts: IdentityParts): Promise<Agents> {
  const [agents, keys] = await Promise.all([parts.store.read('agents', {}), parts.store.read('keys', {})])
  const rows = new Map(agents.map((agent) => [agent.id, agent]))
  const known = knownWith(rows, parts)
  await archiveLoaded(known, parts)
  return new Agents(parts, rows, new Map(keys.map((key) => [key.lookup, key])), known)
}

/** The agents and their keys, in memory as the store has them, so that no key is looked for on a disk. */
export class Agents {
  readonly #parts: IdentityParts
  readonly #agents: Map<AgentId, AgentRow>
  readonly #keys: Map<string, KeyRow>
  #known: Known
  /** Agents whose end was asked for: out from that moment, whether or not the store could write it yet. */
  readonly #ending = new Set<AgentId>()
  readonly #inTurn = takeTurns()
  readonly #callers = new WeakMap<KeyRow, Caller>()

  constructor(parts: IdentityParts, agents: Map<AgentId, AgentRow>, keys: Map<string, KeyRow>, known: Known) {
    this.#parts = parts
    this.#agents = agents
    this.#keys = keys
    this.#known = known
  }

  get known(): Known {
    return this.#known
  }

  /** The caller behind a key. The lookup is made under a key that the asker does not have: how long it takes tells nothing. */
  caller(key: string): Caller | Refusal {
    const row = this.#keys.get(hashOf(this.#parts.keys.derivation, key))
    const agent = row === undefined ? undefined : this.#agents.get(row.agent)
    if (
      row === undefined ||
      agent === undefined ||
      row.revoked ||
      agent.revoked ||
      this.#ending.has(agent.id)
    ) {
      return refusal('not-authenticated', safe`this key is not known here, or it was revoked`)
    }
    const { id, owner } = agent
    if (!this.#known.directory.people.has(owner)) {
      return refusal(
        'unresolved-caller',
        safe`\`${owner}\`, who answers for \`${id}\`, is not a known person`,
      )
    }
    return this.#callerBy(row, id, owner)
  }

  /** One object for one key: whoever spells or compares it does so once. A key or an agent that changed is another row. */
  #callerBy(row: KeyRow, id: AgentId, owner: PersonId): Caller {
    const known = this.#callers.get(row)
    if (known !== undefined && known.owner === owner) return known
    const proof = { kind: 'agent-key', key: nameOfProof(row.lookup), madeBy: row.madeBy } as const
    const caller = spelledOnce({ agents: [id], owner, actsFor: [], proof } as const)
    this.#callers.set(row, caller)
    return caller
  }

  /** By the name of a key that stands in a caller's proof. */
  isInForce(name: string): boolean {
    for (const { lookup, agent, revoked } of this.#keys.values()) {
      if (nameOfProof(lookup) !== name) continue
      return !revoked && this.#agents.get(agent)?.revoked === false && !this.#ending.has(agent)
    }
    return false
  }

  /** People or groups of the configuration are others now. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const next = knownWith(this.#agents, this.#parts)
      await archiveLoaded(next, this.#parts)
      this.#known = next
    })
  }

  create(name: AgentId, owner: PersonId, groups: readonly GroupId[], by: Changer): Promise<NewKey | Refusal> {
    return this.#inTurn(async () => {
      // A name is given once: whoever reads the record must not take one agent for another.
      if (this.#agents.has(name)) return refusal('conflict', safe`\`${name}\` is or was the name of an agent`)
      // One name for two would let either speak in the threads of the other.
      if (this.#known.directory.people.has(name as string as PersonId)) {
        return refusal('conflict', safe`\`${name}\` is a person: give the agent another name`)
      }
      const stranger = unknownOf(owner, groups, this.#known.directory)
      if (stranger !== undefined) return stranger
      const createdAt = this.#parts.clock()
      const agent: AgentRow = { id: name, version: 1, owner, groups, createdAt, revoked: false }
      const { key, row, leaf } = this.#newKey(name, by)
      const known = this.#knownWith(agent)
      const created = changed(
        this.#parts,
        'agent',
        'created',
        name,
        by,
        safe`\`${owner}\` answers for it`,
        known.digest,
      )
      return this.#keep({ agent, known }, [row], [created, leaf], { key })
    })
  }

  /** Another key; all before it are over. */
  rotate(name: AgentId, by: Changer): Promise<NewKey | Refusal> {
    return this.#inTurn(async () => {
      if (this.#agents.get(name)?.revoked !== false) return nobody(name)
      const before = this.#endedKeys(name, by)
      const { key, row, leaf } = this.#newKey(name, by)
      return this.#keep(null, [...before.rows, row], [leaf, ...before.leaves], { key })
    })
  }

  revoke(name: AgentId, by: Changer): Promise<Refusal | 'revoked'> {
    this.#ending.add(name)
    return this.#inTurn(async () => {
      const present = this.#agents.get(name)
      if (present === undefined || present.revoked) {
        this.#ending.delete(name)
        return nobody(name)
      }
      const agent: AgentRow = { ...present, version: present.version + 1, revoked: true }
      const { rows, leaves } = this.#endedKeys(name, by)
      const known = this.#knownWith(agent)
      const leaf = changed(this.#parts, 'agent', 'revoked', name, by, safe`and every key of it`, known.digest)
      return this.#keep({ agent, known }, rows, [leaf, ...leaves], 'revoked')
    })
  }

  /** All of it or nothing: the rows, the directory that they make and the leaves that say so; memory follows the disk. */
  async #keep<T>(
    one: { readonly agent: AgentRow; readonly known: Known & ArchivedDirectory } | null,
    keys: readonly KeyRow[],
    leaves: Change['leaves'],
    kept: T,
  ): Promise<T | Refusal> {
    const writes: Write[] = keys.map((key) => ({ kind: 'key', from: key.version - 1, key }))
    if (one !== null) {
      writes.push({ kind: 'agent', from: one.agent.version - 1, agent: one.agent }, archiving(one.known))
    }
    if ((await this.#parts.store.move({ writes, leaves })) === 'lost') {
      return refusal('conflict', safe`the agent was changed by somebody else meanwhile`)
    }
    for (const key of keys) this.#keys.set(key.lookup, key)
    if (one !== null) {
      this.#agents.set(one.agent.id, one.agent)
      this.#known = one.known
    }
    return kept
  }

  #newKey(agent: AgentId, by: Changer) {
    const { keys, clock, random } = this.#parts
    const key = drawToken('agent', random)
    const derived = deriveKey(keys.derivation, key, random)
    const madeBy = by === 'operator' ? null : by
    const row: KeyRow = { ...derived, version: 1, agent, madeBy, createdAt: clock(), revoked: false }
    return { key, row, leaf: this.#keyLeaf('created', row, by) }
  }

  #endedKeys(agent: AgentId, by: Changer) {
    const rows = [...this.#keys.values()]
      .filter((key) => key.agent === agent && !key.revoked)
      .map((key) => ({ ...key, version: key.version + 1, revoked: true }))
    return { rows, leaves: rows.map((row) => this.#keyLeaf('revoked', row, by)) }
  }

  #keyLeaf(event: 'created' | 'revoked', { agent, lookup }: KeyRow, by: Changer) {
    return changed(
      this.#parts,
      'key',
      event,
      `${agent}/${nameOfProof(lookup)}`,
      by,
      safe`a key of \`${agent}\``,
    )
  }

  #knownWith(agent: AgentRow): Known & ArchivedDirectory {
    return knownWith(new Map(this.#agents).set(agent.id, agent), this.#parts)
  }
}

function knownWith(agents: ReadonlyMap<AgentId, AgentRow>, parts: IdentityParts): Known & ArchivedDirectory {
  const directory = parts.directory([...agents.values()])
  return { directory, ...archiveDirectory(parts.sha256, directory) }
}

async function archiveLoaded(known: Known & ArchivedDirectory, parts: IdentityParts): Promise<void> {
  const leaf = changed(
    parts,
    'directory',
    'loaded',
    'directory',
    null,
    safe`people, groups and agents`,
    known.digest,
  )
  const moved = await parts.store.move({ writes: [archiving(known)], leaves: [leaf] })
  if (moved === 'lost') throw new Error('another directory is archived under this digest')
}

function archiving({ digest, content }: ArchivedDirectory): Write {
  return { kind: 'archive', digest, content }
}

function unknownOf(owner: PersonId, groups: readonly GroupId[], directory: Directory): Refusal | undefined {
  if (!directory.people.has(owner)) return refusal('malformed', safe`no person is called \`${owner}\``)
  const group = groups.find((one) => !directory.groups.has(one))
  return group === undefined ? undefined : refusal('malformed', safe`no group is called \`${group}\``)
}

function nobody(name: AgentId): Refusal {
  return refusal('malformed', safe`there is no agent \`${name}\`, or it was revoked`)
}
