import type { AuthorizationAnswer, CedarEngine, Context, EntityJson } from './engine.ts'
import type { Rule } from './rule.ts'
import { SCHEMA, SET_NAMES, type SetName } from './schema.ts'
import type { EntityName } from './walk.ts'

export interface Call {
  readonly principal: EntityName
  readonly action: string
  readonly resource: EntityName
  readonly context: Context
  readonly entities: readonly EntityJson[]
}

/** Asks one of the three sets. Whatever goes wrong in the engine is thrown or stands in its answer. */
export type Evaluate = (set: SetName, call: Call) => AuthorizationAnswer

/** `aside` is for looking back and trying out, so that it does not push out what is serving. */
export type Purpose = 'serving' | 'aside'

type Slot = 'a' | 'b' | 'aside'

interface Slots {
  turn: 'a' | 'b'
  readonly occupants: Map<Slot, readonly Rule[]>
  schemaIsIn: boolean
}

const SCHEMA_NAME = 'sallyport'

/**
 * The engine keeps what it prepared under a name, for ever and for the whole process: the books about those names belong to
 * the engine and not to a caller. Kept by one of its functions, since a copy of the object drives the same engine.
 */
const BOOKS = new WeakMap<CedarEngine['preparsePolicySet'], Slots>()

/**
 * Puts the rules into the slot that is not serving, so that a set which cannot be prepared leaves the other one as it is.
 * There are two slots and one aside because the engine never lets go of a name. A set that was pushed out goes in again
 * when it is asked: it must never be answered by its successor.
 */
export function occupy(rules: readonly Rule[], cedar: CedarEngine, purpose: Purpose): Evaluate {
  const slots = slotsOf(cedar)
  const slot: Slot = purpose === 'aside' ? 'aside' : slots.turn === 'a' ? 'b' : 'a'
  fill(slot, rules, slots, cedar)
  if (slot !== 'aside') slots.turn = slot
  return (set, call) => {
    if (slots.occupants.get(slot) !== rules) fill(slot, rules, slots, cedar)
    return cedar.statefulIsAuthorized({
      principal: { ...call.principal },
      action: { type: 'Action', id: call.action },
      resource: { ...call.resource },
      context: call.context,
      entities: [...call.entities],
      validateRequest: true,
      preparsedSchemaName: SCHEMA_NAME,
      preparsedPolicySetId: nameOf(slot, set),
    })
  }
}

function slotsOf(cedar: CedarEngine): Slots {
  const known = BOOKS.get(cedar.preparsePolicySet)
  if (known !== undefined) return known
  const fresh: Slots = { turn: 'b', occupants: new Map(), schemaIsIn: false }
  BOOKS.set(cedar.preparsePolicySet, fresh)
  return fresh
}

function fill(slot: Slot, rules: readonly Rule[], slots: Slots, cedar: CedarEngine): void {
  if (!slots.schemaIsIn && cedar.preparseSchema(SCHEMA_NAME, SCHEMA).type === 'failure') {
    throw new Error('the engine does not take the schema')
  }
  slots.schemaIsIn = true
  // Between the first set and the last one the slot belongs to nobody.
  slots.occupants.delete(slot)
  for (const set of SET_NAMES) {
    const texts = rules.filter((rule) => rule.set === set).map((rule) => [rule.id, rule.text] as const)
    const prepared = cedar.preparsePolicySet(nameOf(slot, set), { staticPolicies: Object.fromEntries(texts) })
    if (prepared.type === 'failure') throw new Error(`the engine does not take the set ${set}`)
  }
  slots.occupants.set(slot, rules)
}

function nameOf(slot: Slot, set: SetName): string {
  return `sallyport-${slot}-${set}`
}
