import { askWaiver } from '@sallyport/contract/routes/standings'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { askedOf, ended } from './ask.ts'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'
import { viewOf } from './views.ts'

/** Asking for a waiver ahead of time. People give one on the card of what waits: there they see what they waive. */
export function waivers(parts: ApiParts): Api {
  const api = router()
  api.openapi(askWaiver, async (c) => {
    const { who } = c.var
    if (who.kind !== 'agent')
      throw new Refused(refusal('not-eligible', safe`only an agent asks for a waiver`))
    const { uses, for: forMs, ...request } = c.req.valid('json')
    const like = askedOf(c, who.caller, request, parts)
    const admission = await ended(parts.guard.admitWaiver(like, { uses, forMs }, c.req.raw.signal))
    if (admission.kind === 'refused') throw new Refused(admission.refusal)
    if (admission.kind !== 'parked') throw new Error('a waiver was given without anybody being asked')
    const { life } = admission
    return c.json(viewOf(life), 202, { Location: `/v1/actions/${life.action.id}` })
  })
  return api
}
