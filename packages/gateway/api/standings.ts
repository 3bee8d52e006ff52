import {
  freeze,
  listFreezes,
  listWaivers,
  revokeWaiver,
  unfreeze,
} from '@sallyport/contract/routes/standings'
import type { Standing } from '@sallyport/core/lifecycle/standing'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { type Api, router, said } from './env.ts'
import { maySee } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { Refused, settled } from './refused.ts'
import { freezeView, standingView } from './views.ts'
import { person, presentPerson, seesAll, type Who } from './who.ts'

/** Waivers, bans and freezes. What tightens takes a token; what loosens takes somebody who is there. */
export function standings(parts: ApiParts): Api {
  const api = router()
  const { desk, store } = parts

  api.openapi(listWaivers, async (c) => {
    const live = await store.read('standings', { live: true, now: parts.clock() })
    const visible = await Promise.all(live.map((standing) => mayKnow(c.var.who, standing, parts)))
    return c.json({ standings: live.filter((_, index) => visible[index]).map(standingView) }, 200)
  })

  api.openapi(revokeWaiver, async (c) => {
    const { person: by } = person(c.var.who)
    const { id } = c.req.valid('param')
    const standing = await store.read('standing', { id })
    if (standing === null || !(await mayKnow(c.var.who, standing, parts))) {
      throw new Refused(refusal('unknown-resource', safe`no waiver ${id} that you may see`))
    }
    if (standing.kind === 'ban') presentPerson(c.var.who, '/')
    settled(await desk.revoke(id, by))
    return c.body(null, 204)
  })

  api.openapi(freeze, async (c) => {
    const { person: by } = person(c.var.who)
    const { scope, name = '*', reason } = c.req.valid('json')
    return c.json(freezeView(settled(await desk.freeze({ scope, name, by, reason: said(reason) }))), 201)
  })

  api.openapi(listFreezes, async (c) =>
    c.json({ freezes: (await store.read('freezes', { live: true })).map(freezeView) }, 200),
  )

  api.openapi(unfreeze, async (c) => {
    const { person: by } = presentPerson(c.var.who, '/freezes')
    return c.json(freezeView(settled(await desk.unfreeze(c.req.valid('param').id, by))), 200)
  })

  return api
}

/** A standing decision concerns those whom its action concerned. */
async function mayKnow(who: Who, { by, from }: Standing, parts: ApiParts): Promise<boolean> {
  if (seesAll(who, parts) || (who.kind === 'person' && by.includes(who.person))) return true
  const life = await parts.store.read('life', { id: from })
  return life !== null && maySee(who, life, parts)
}
