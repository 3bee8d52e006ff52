import type { Sha256 } from '@sallyport/core/given'
import type { Resource } from '../config/configuration.ts'
import { openHttpUpstream } from '../upstreams/http/open.ts'
import type { Guarded } from './parts.ts'

/** Opens the inner door of a resource by its kind: only the guard does, and only the guard goes through. */
export function openInnerDoor(resource: Resource, credentialValue: () => string, sha256: Sha256): Guarded {
  const { id, kind, region, environments, address, liveWaitMs } = resource
  const upstream = openHttpUpstream({ resource, credentialValue, sha256 })
  return { target: { id, kind, region, environments }, address: address.href, liveWaitMs, upstream }
}
