import { canonicalText, type Json } from '@sallyport/core/action/canonical'
import type { GroupId } from '@sallyport/core/action/ids'
import { type Malformed, malformed } from '@sallyport/core/ledger/note'
import type { State } from '@sallyport/core/lifecycle/life'
import { type EventKind, TABLE } from '@sallyport/core/lifecycle/table'
import type { Terms } from '@sallyport/core/policy/verdict'

/**
 * A leaf as far as the order of actions goes, out of bytes that anybody may have written. The leaf has more fields; this
 * reads those that an honest log cannot be inconsistent in.
 */
export type SeenLeaf = SeenAdmitted | SeenMoved | { readonly kind: 'other' }

export interface SeenAdmitted {
  readonly kind: 'admitted'
  readonly action: string
  readonly version: number
  readonly to: State
  readonly verdict: SeenVerdict
  /** The people of the calling chain, and the humans behind them. */
  readonly chain: readonly string[]
  readonly digest: string
}

export type SeenVerdict =
  | { readonly kind: 'allow' | 'refuse' }
  /** Each approval is a seat, which another person fills. */
  | { readonly kind: 'hold'; readonly groups: Terms['groups'] }

export interface SeenMoved {
  readonly kind: 'moved'
  readonly action: string
  readonly version: number
  readonly event: EventKind
  readonly from: State
  readonly to: State
  readonly by: string | null
  readonly human: string | null
  /** The groups of the hold that a voter sat for. */
  readonly seats: readonly string[]
  readonly proof: string | null
  readonly digest: string | null
  /** Where policy was asked again. */
  readonly verdict: SeenVerdict | null
}

const LEAF_VERSION = 1
/** Each is a seat to fill: a forged leaf must not make the reader build a million of them. */
const APPROVALS_LIMIT = 1_000
const OTHER_KINDS: ReadonlySet<unknown> = new Set(['stood', 'froze', 'changed'])

export function readLeaf(bytes: Uint8Array): SeenLeaf | Malformed {
  const leaf = parseCanonical(bytes)
  if (leaf === undefined) return malformed('the leaf is not JSON in its one spelling (RFC 8785)')
  if (!isRecord(leaf) || leaf['v'] !== LEAF_VERSION) return malformed('not a leaf of version 1')
  if (OTHER_KINDS.has(leaf['kind'])) return { kind: 'other' }
  const seen =
    leaf['kind'] === 'admitted' ? admitted(leaf) : leaf['kind'] === 'moved' ? moved(leaf) : undefined
  return seen ?? malformed('a leaf with fields that this version does not know how to read')
}

type Fields = Readonly<Record<string, unknown>>

function admitted(leaf: Fields): SeenAdmitted | undefined {
  const { action, version, to, digest, caller } = leaf
  if (!isText(action) || !isCount(version) || !isState(to) || !isText(digest)) return undefined
  const verdict = verdictOf(leaf['verdict'])
  const humans = leaf['chain']
  const chain =
    isRecord(caller) && Array.isArray(humans)
      ? [caller['owner'], ...listOf(caller['actsFor']), ...listOf(humans)]
      : []
  if (verdict === undefined || chain.length === 0 || !chain.every(isText)) return undefined
  return { kind: 'admitted', action, version, to, verdict, chain, digest }
}

function moved(leaf: Fields): SeenMoved | undefined {
  const { action, version, event, from, to, by = null, human = null, proof = null, digest = null } = leaf
  if (!isText(action) || !isCount(version) || !isEvent(event) || !isState(from) || !isState(to))
    return undefined
  if (!isTextOrNull(by) || !isTextOrNull(human) || !isTextOrNull(proof) || !isTextOrNull(digest))
    return undefined
  const verdict = leaf['verdict'] === undefined ? null : verdictOf(leaf['verdict'])
  const seats = listOf(leaf['seats'])
  if (verdict === undefined || !seats.every(isText)) return undefined
  return { kind: 'moved', action, version, event, from, to, by, human, seats, proof, digest, verdict }
}

function verdictOf(value: unknown): SeenVerdict | undefined {
  if (!isRecord(value)) return undefined
  const { kind, terms } = value
  if (kind === 'allow' || kind === 'refuse') return { kind }
  if (kind !== 'hold' || !isRecord(terms)) return undefined
  const [first, ...others] = listOf(terms['groups']).map(askedOf)
  if (first === undefined || others.includes(undefined)) return undefined
  return { kind, groups: [first, ...others.filter((group) => group !== undefined)] }
}

function askedOf(value: unknown): Terms['groups'][number] | undefined {
  if (!isRecord(value)) return undefined
  const { group, approvals } = value
  if (!isText(group) || !isCount(approvals) || approvals > APPROVALS_LIMIT) return undefined
  return { group: group as GroupId, approvals }
}

/** A key that stands twice would make two readers see two leaves: only the one spelling is read. */
function parseCanonical(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value = JSON.parse(text) as Json
    return canonicalText(value) === text ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function isState(value: unknown): value is State {
  return isText(value) && value !== 'new' && Object.hasOwn(TABLE, value)
}

const EVENTS: ReadonlySet<string> = new Set(Object.values(TABLE).flatMap((row) => Object.keys(row)))

function isEvent(value: unknown): value is EventKind {
  return isText(value) && EVENTS.has(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
