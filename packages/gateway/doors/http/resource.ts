import { parseName, type ResourceId } from '@sallyport/core/action/ids'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { HttpTarget } from '@sallyport/describe/http/describe'
import { targetOf } from '@sallyport/describe/http/message'
import { readTarget } from '@sallyport/describe/http/target'
import { nameBelowLocalhost } from './host.ts'
import type { DoorRequest } from './request.ts'

/** What the door is told of a resource. */
export interface HttpResource extends HttpTarget {
  /** Only the name of the header: whatever a caller sends in it stays here. The credential itself is not for a door. */
  readonly credential: { readonly header: string } | null
}

export type Resources = (id: ResourceId) => HttpResource | undefined

/** The resource that a request is for, and what it asks of it. */
export interface Located {
  readonly kind: 'located'
  readonly resource: HttpResource
  readonly target: string
}

/** By host, `crm.localhost`, or else by the first segment of the path, `/crm/customers`. */
export function locate({ host, target }: DoorRequest, resources: Resources): Located | Refusal {
  const read = readTarget(target)
  if (read.kind === 'unclear') return refusal('malformed', read.why)
  const byHost = nameBelowLocalhost(host)
  const name = byHost ?? read.path.split('/')[1] ?? ''
  const id = parseName('resource', name)
  const resource = id === undefined ? undefined : resources(id)
  if (resource === undefined) return unknown(byHost === undefined ? BY_PATH : BY_HOST)
  const path = byHost === undefined ? read.path.slice(1 + name.length) || '/' : read.path
  return { kind: 'located', resource, target: targetOf({ path, query: read.query }) }
}

const BY_PATH = safe`the first segment of the path names no HTTP resource`
const BY_HOST = safe`the host names no HTTP resource`

function unknown(detail: Redacted): Refusal {
  return refusal('unknown-resource', detail)
}
