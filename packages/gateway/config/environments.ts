import type { EnvironmentId } from '@sallyport/core/action/ids'
import { GATEWAY } from '@sallyport/core/policy/schema'
import { fieldsOf, type Read } from './fields.ts'
import { declared, reference, refuseCycles } from './names.ts'
import type { Environments } from './resource.ts'

/** Each environment with the one that it stands in. */
export const readEnvironments: Read<Environments> = (node, source) => {
  const nodes = declared('environment')(node, source)
  if (nodes === undefined) return undefined
  const parents = new Map<EnvironmentId, readonly EnvironmentId[]>()
  for (const [id, entry] of nodes) {
    if (id === GATEWAY)
      source.complain(
        entry,
        `\`${id}\` is where the gateway stands alone`,
        'call the environment something else',
      )
    const fields = fieldsOf('an environment', ['id', 'in'], entry, source)
    const parent = fields?.optional<EnvironmentId | null>('in', null, reference('environment', nodes))
    parents.set(id, parent === null || parent === undefined ? [] : [parent])
  }
  refuseCycles('environment', parents, nodes, source)
  return parents
}
