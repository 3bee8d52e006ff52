import { hash } from 'node:crypto'
import type { AskedAction } from '@sallyport/contract/action'
import { parseName, type ResourceId } from '@sallyport/core/action/ids'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { describeHttp } from '@sallyport/describe/http/describe'
import { httpMessage } from '@sallyport/describe/http/message'
import type { Configuration, Resource } from './config/configuration.ts'
import { type Content, NO_CONTENT } from './guard/content.ts'
import type { Asked } from './guard/guard.ts'
import { type InnerDoorParts, openInnerDoor } from './guard/inner-door.ts'
import type { Guarded } from './guard/parts.ts'
import type { Secrets } from './secrets/secrets.ts'

/** The resources of the configuration in force, each with its inner door. */
export interface Resources {
  configured(id: ResourceId): Resource | undefined
  guarded(id: ResourceId): Guarded | undefined
  /** What a request asked for by its handle is, in the very words of the resource's door. */
  describe(asked: AskedAction): Pick<Asked, 'described' | 'message' | 'content'> | Refusal
  /** A resource that changed gets another inner door; the old one lets what it carries end. */
  reload(configuration: Configuration): void
  close(): Promise<void>
}

export function openResources(
  configuration: Configuration,
  secrets: Secrets,
  parts: InnerDoorParts,
): Resources {
  let resources = configuration.resources
  let guarded = new Map<ResourceId, Guarded>()

  const reload = (next: ReadonlyMap<ResourceId, Resource>): void => {
    const kept = new Map<ResourceId, Guarded>()
    for (const [id, resource] of next) {
      const before = guarded.get(id)
      const same = before !== undefined && spelled(resources.get(id)) === spelled(resource)
      kept.set(id, same ? before : openInnerDoor(resource, () => credentialOf(resource, secrets), parts))
    }
    for (const [id, before] of guarded) if (kept.get(id) !== before) void before.upstream.close()
    resources = next
    guarded = kept
  }
  reload(configuration.resources)

  return {
    configured: (id) => resources.get(id),
    guarded: (id) => guarded.get(id),
    describe: (asked) => describe(asked, resources),
    reload: (next) => reload(next.resources),
    async close() {
      await Promise.all([...guarded.values()].map(({ upstream }) => upstream.close()))
    },
  }
}

function spelled(resource: Resource | undefined): string {
  return JSON.stringify(resource)
}

/** Fetched anew for each action: a rotated secret counts at once. */
function credentialOf({ id, credential }: Resource, secrets: Secrets): string {
  if (credential === null) throw new Error(`${id} has no credential`)
  const fetched = secrets.fetch(credential.secret)
  if (fetched.kind === 'no-secret') throw new Error(`${fetched.message}; ${fetched.help}`)
  return fetched.reveal()
}

function describe(
  { resource: name, method, path, headers = {}, body: written, encoding = 'utf-8' }: AskedAction,
  resources: ReadonlyMap<ResourceId, Resource>,
): Pick<Asked, 'described' | 'message' | 'content'> | Refusal {
  const id = parseName('resource', name)
  const resource = id === undefined ? undefined : resources.get(id)
  if (resource === undefined) return refusal('unknown-resource', safe`there is no such resource`)
  const bytes = Buffer.from(written ?? '', encoding === 'base64' ? 'base64' : 'utf8')
  const named = { kind: 'whole', bytes: bytes.length, sha256: hash('sha256', bytes) } as const
  const body = bytes.length === 0 ? null : named
  // It would be dropped on the way, and something else would be judged than was meant.
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'upgrade'))
    return refusal('malformed', safe`a tunnel needs its client on the line; open it at the HTTP door`)
  const request = { method, target: path, headers: Object.entries(headers), body }
  const message = httpMessage(request, resource.credential?.header ?? null)
  if (message.kind === 'unclear') return refusal('malformed', message.why)
  const content: Content = body === null ? NO_CONTENT : { kind: 'whole', bytes }
  return { described: describeHttp(message, resource, body === null ? null : bytes), message, content }
}
