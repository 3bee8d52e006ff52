import type { Instant } from '@sallyport/core/given'
import type { Leaf, Stood } from '@sallyport/core/ledger/leaf'
import type { Standing } from '@sallyport/core/lifecycle/standing'

/** The leaf of a standing decision. */
export function stood(standing: Standing, event: Stood['event'], at: Instant): Leaf {
  const { id, kind, from, by, resource, shape, session, usesLeft, until } = standing
  return {
    v: 1,
    at,
    kind: 'stood',
    standing: id,
    event,
    what: kind,
    from,
    by,
    resource,
    shape,
    session,
    uses: usesLeft,
    until,
  }
}
