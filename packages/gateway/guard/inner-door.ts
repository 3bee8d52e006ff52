import { contentDigest } from '@sallyport/core/action/digest'
import type { Sha256 } from '@sallyport/core/given'
import { SALLYPORT } from '@sallyport/core/policy/gateway'
import type { Resource } from '../config/configuration.ts'
import { type IdentityParts, openIntroduction } from '../upstreams/http/identity.ts'
import { openHttpUpstream } from '../upstreams/http/open.ts'
import { openSelfUpstream, SELF_ADDRESS } from '../upstreams/self/open.ts'
import type { Guarded, GuardParts } from './parts.ts'

export interface InnerDoorParts extends IdentityParts {
  readonly sha256: Sha256
}

/** Opens the inner door of a resource by its kind: only the guard does, and only the guard goes through. */
export function openInnerDoor(
  resource: Resource,
  credentialValue: () => string,
  parts: InnerDoorParts,
): Guarded {
  const { sha256 } = parts
  const { id, kind, region, environments, address, routes, cap, fields, liveWaitMs } = resource
  const target = { id, kind, region, environments }
  const configured = contentDigest(sha256, { target, address: address.href, routes, cap, fields })
  const introduce = resource.identity === 'signed' ? openIntroduction(id, parts) : null
  const upstream = openHttpUpstream({ resource, credentialValue, introduce, sha256 })
  return { target, address: address.href, configured, liveWaitMs, upstream }
}

/** Sallyport's own inner door. It is on no list of resources, so that no door of a client leads here. */
export function openOwnDoor(parts: GuardParts, onStanding: () => Promise<void>): Guarded {
  const upstream = openSelfUpstream({ ...parts, onStanding })
  const configured = contentDigest(parts.sha256, { target: SALLYPORT })
  return { target: SALLYPORT, address: SELF_ADDRESS, configured, liveWaitMs: 0, upstream }
}
