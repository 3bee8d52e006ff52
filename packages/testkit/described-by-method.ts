import type { Effect } from '@sallyport/core/action/effect'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import type { NonEmpty } from '@sallyport/core/given'
import { redactText } from '@sallyport/core/redact/redact'
import type { Asked } from '@sallyport/gateway/guard/guard'

const EFFECTS: Readonly<Record<string, Effect>> = {
  GET: 'read',
  DELETE: 'delete',
  POST: 'write',
  PUT: 'grant',
}

/** What a describer would say, as far as the console needs anything to show. */
export function describedByMethod({
  method,
  path,
}: {
  readonly method: string
  readonly path: string
}): Asked['described'] {
  const line = redactText(`${method} ${path}`, 100_000)
  const effect = EFFECTS[method] ?? 'execute'
  const effects: NonEmpty<Effect> = [effect]
  return {
    facts: {
      ...PLAIN_FACTS,
      operation: `${method} /customers/{}`,
      datasets: ['customers'],
      kind: 'http',
      http: { ...NO_HTTP, method, path: '/customers/{}' },
    },
    effects,
    says: redactText(`Sends ${method} to ${path.slice(0, 60)}`, 300),
    command: { line, parameters: [] },
  }
}
