import type { Status } from '@sallyport/contract/house'
import { readStatus } from '@sallyport/contract/routes/house'
import { canFill, type Sitter } from '@sallyport/core/lifecycle/quorum'
import { humanOf } from '@sallyport/core/people/chain'
import { seatsOf } from '@sallyport/core/people/may-decide'
import type { HoldRule } from '@sallyport/core/policy/policy-set'
import type { Resource } from '../config/configuration.ts'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { mustSeeAll } from './who.ts'

/** What `doctor` looks at. */
export function house(parts: ApiParts): Api {
  const api = router()
  api.openapi(readStatus, async (c) => {
    mustSeeAll(c.var.who, parts)
    return c.json(await statusOf(parts), 200)
  })
  return api
}

async function statusOf(parts: ApiParts): Promise<Status> {
  const { policy, identity, configuration, record, store, version } = parts
  const [head, waiting] = await Promise.all([store.read('head', {}), store.read('waiting', {})])
  const resources = [...configuration.resources.values()]
  return {
    version,
    changes: configuration.changes,
    policy: policy().digest,
    directory: identity.directory().digest,
    head: { size: head.size, published: record.publisher.current()?.size ?? 0 },
    verifierKey: record.verifierKey,
    waiting,
    holds: policy()
      .holds()
      .flatMap((rule) => resources.map((resource) => couldDecide(rule, resource, parts))),
  }
}

/** Who could decide before any chain is taken out: where these are too few, whatever the policy holds is refused at once. */
function couldDecide({ id, hold }: HoldRule, resource: Resource, parts: ApiParts): Status['holds'][number] {
  const { directory } = parts.identity.directory()
  const sitters: (Sitter & { readonly id: string })[] = []
  for (const person of directory.people.values()) {
    const seats = seatsOf(person.groups, hold.groups, directory)
    if (seats.length === 0 || !parts.policy().permits(person.id, 'decide', resource, directory)) continue
    sitters.push({ id: person.id, human: humanOf(person.id, directory), seats })
  }
  return {
    rule: id,
    resource: resource.id,
    groups: hold.groups.map(({ group, approvals }) => ({ group, approvals })),
    people: sitters.map((sitter) => sitter.id),
    enough: canFill(hold.groups, sitters),
  }
}
