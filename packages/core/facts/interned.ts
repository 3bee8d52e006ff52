import { spelledOnce } from '../action/canonical.ts'
import type { Facts } from './facts.ts'

/** Query and body keys are the client's choice: at the limit everything is forgotten and learnt again. */
const FACTS_LIMIT = 4_096
/** Longer ones are rare, and not worth their memory. */
const TEXT_LIMIT_CHARS = 4_096
/** How JSON writes half of a surrogate pair. Facts with one have no canonical form, and whoever needs that refuses them. */
const HALF_PAIR = /\\ud[89a-f]/

const known = new Map<string, Facts>()

/**
 * Equal facts as one object, frozen and spelled: policy, shape and leaf then know them by their identity. Equal is what JSON
 * says is, so that nothing which a describer may put into facts one day can be forgotten here.
 */
export function interned(facts: Facts): Facts {
  const text = JSON.stringify(facts)
  const before = known.get(text)
  if (before !== undefined) return before
  if (text.length > TEXT_LIMIT_CHARS || HALF_PAIR.test(text)) return facts
  if (known.size >= FACTS_LIMIT) known.clear()
  known.set(text, spelledOnce(facts))
  return facts
}
