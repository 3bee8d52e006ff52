import type { ResourceId } from '@sallyport/core/action/ids'
import type { Facts, Label } from '@sallyport/core/facts/facts'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type CapInForce, NO_CAP } from './cap.ts'
import type { Meaning } from './meaning.ts'
import type { Match } from './route.ts'

/** By this a policy tells tunnels from what else runs something. */
const TUNNEL: Label = 'tunnel'

/** What goes through a tunnel is not looked into, so that it can be anything besides what the operator says of its route. */
export function tunnelMeaning(meaning: Meaning, match: Match): Meaning {
  const own = match.kind === 'route' ? (match.route.effects ?? []) : []
  return {
    ...meaning,
    effects: ['execute', ...own.filter((effect) => effect !== 'execute')],
    labels: [...new Set([...meaning.labels, TUNNEL])],
  }
}

/** Nothing cuts a tunnel, so that wherever answers are capped it asks for more than that. */
export function tunnelCap({ cap, fields }: CapInForce): CapInForce {
  return {
    cap: NO_CAP,
    fields,
    asksMore: Object.values(cap).some((limit) => limit !== null),
    countable: true,
  }
}

export function tunnelSentence({ operation }: Facts, resource: ResourceId): Redacted {
  const shown = redactText(operation, VALUE_LIMIT_CHARS)
  return safe`Opens a tunnel through which anything can be said: ${shown} on ${resource}.`
}
