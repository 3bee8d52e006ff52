import type { AgentId, PersonId, ResourceId, Shape } from '@sallyport/core/action/ids'
import { durationText } from '@sallyport/core/duration'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import type { Described } from '../described.ts'

/** What a waiver asked for ahead of time would let pass, and how often, and for how long. */
export interface WaiverAhead {
  readonly asker: AgentId | PersonId
  readonly resource: ResourceId
  /** The action as it will be described when it comes. */
  readonly waived: Described
  readonly shape: Shape
  readonly uses: number
  readonly forMs: number
}

/**
 * A right is given, so that the effect is `grant`, whatever the waived action does. Operation, datasets and labels are those of
 * the waived action: a policy that wants more people for what is labelled `secret` wants them for a waiver of it too.
 */
export function describeWaiver(ahead: WaiverAhead): Described {
  const { resource, waived } = ahead
  const { operation, datasets, labels, unknown } = waived.facts
  return {
    facts: {
      ...PLAIN_FACTS,
      unknown: unknown.filter((fact) => fact === 'operation' || fact === 'datasets' || fact === 'labels'),
      operation,
      datasets,
      labels,
      kind: 'self',
      self: { change: 'waiver', subject: resource },
    },
    effects: ['grant'],
    says: sentence(ahead),
    command: {
      line: safe`waive ${plain(operation)} on ${resource}`,
      parameters: parametersOf(ahead),
    },
  }
}

function sentence({ asker, resource, waived, uses, forMs }: WaiverAhead): Redacted {
  const times = uses === 1 ? safe`once` : safe`${uses} times`
  const operation = plain(waived.facts.operation)
  return safe`Lets ${asker} run ${operation} on ${resource} ${times} within ${plain(durationText(forMs))} without asking anybody.`
}

/** All that tells one shape from another, so that nobody waives more than they read. */
function parametersOf({ waived, shape, uses, forMs }: WaiverAhead): Described['command']['parameters'] {
  const { facts, effects } = waived
  const { query, type, body } = facts.kind === 'http' ? facts.http : NO_HTTP
  return [
    { name: safe`effects`, value: plain(effects.join(', ')) },
    ...(query.length === 0 ? [] : [{ name: safe`query`, value: plain(query.join(', ')) }]),
    ...(type === '' || type === 'none'
      ? []
      : [{ name: safe`body`, value: plain([type, ...body].join(', ')) }]),
    { name: safe`uses`, value: safe`${uses}` },
    { name: safe`for`, value: plain(durationText(forMs)) },
    { name: safe`shape`, value: safe`${shape}` },
  ]
}

function plain(text: string): Redacted {
  return redactText(text, VALUE_LIMIT_CHARS)
}
