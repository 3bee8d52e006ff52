import { contentDigest } from '@sallyport/core/action/digest'
import type { Sha256 } from '@sallyport/core/given'
import { SALLYPORT } from '@sallyport/core/policy/gateway'
import type { Resource } from '../config/configuration.ts'
import { openHttpUpstream } from '../upstreams/http/open.ts'
import { openSelfUpstream, SELF_ADDRESS } from '../upstreams/self/open.ts'
import type { Guarded, GuardParts } from './parts.ts'

/** Opens the inner door of a resource by its kind: only the guard does, and only the guard goes through. */
export function openInnerDoor(resource: Resource, credentialValue: () => string, sha256: Sha256): Guarded {
  const { id, kind, region, environments, address, routes, liveWaitMs } = resource
  const target = { id, kind, region, environments }
  const configured = contentDigest(sha256, { target, address: address.href, routes })
  const upstream = openHttpUpstream({ resource, credentialValue, sha256 })
  return { target, address: address.href, configured, liveWaitMs, upstream }
}

/** Sallyport's own inner door. It is on no list of resources, so that no door of a client leads here. */
export function openOwnDoor(parts: GuardParts, onStanding: () => Promise<void>): Guarded {
  const upstream = openSelfUpstream({ ...parts, onStanding })
  const configured = contentDigest(parts.sha256, { target: SALLYPORT })
  return { target: SALLYPORT, address: SELF_ADDRESS, configured, liveWaitMs: 0, upstream }
}
