import {
  askAction,
  explainAction,
  fetchAnswer,
  readAction,
  readReceipt,
  withdrawAction,
} from '@sallyport/contract/routes/actions'
import type { ActionId } from '@sallyport/core/action/ids'
import { encodeReceipt } from '@sallyport/core/ledger/receipt'
import type { Life } from '@sallyport/core/lifecycle/life'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { receiptOf } from '../record/receipt.ts'
import { asStream, gathered } from './answer.ts'
import { askedOf, ended } from './ask.ts'
import { type Api, router } from './env.ts'
import { explanation } from './explanation.ts'
import { isRequester, seen } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { Refused, settled } from './refused.ts'
import { viewOf } from './views.ts'
import { changed } from './wait.ts'
import { caller, nameOf } from './who.ts'

/** An action by its handle: asked for, looked at, waited for, fetched, taken back. */
export function actions(parts: ApiParts): Api {
  const api = router()

  api.openapi(askAction, async (c) => {
    const asked = askedOf(c, caller(c.var.who), c.req.valid('json'), parts)
    const delivered = Promise.withResolvers<void>()
    try {
      const admission = await ended(parts.guard.admit(asked, c.req.raw.signal, delivered.promise))
      if (admission.kind === 'refused') throw new Refused(admission.refusal)
      if (admission.kind === 'parked') {
        const { id } = admission.life.action
        return c.json(viewOf(admission.life), 202, { Location: `/v1/actions/${id}` })
      }
      const answer = await gathered(admission.answer)
      return c.json({ action: viewOf(await lifeOf(admission.action, parts)), answer }, 200)
    } finally {
      delivered.resolve()
    }
  })

  api.openapi(readAction, async (c) => {
    const { id } = c.req.valid('param')
    const { wait = 0, after } = c.req.valid('query')
    const life = await seen(c.var.who, id, parts)
    return c.json(viewOf(await changed(life, { waitS: wait, after, gone: c.req.raw.signal }, parts)), 200)
  })

  api.openapi(withdrawAction, async (c) => {
    const { id } = c.req.valid('param')
    await seen(c.var.who, id, parts)
    return c.json(viewOf(settled(await parts.desk.withdraw(id, nameOf(c.var.who)))), 200)
  })

  return api
}

/** The answer of the target, as bytes. */
export function answers(parts: ApiParts): Api {
  const api = router()
  api.openapi(fetchAnswer, async (c) => {
    const { id } = c.req.valid('param')
    const life = await seen(c.var.who, id, parts)
    if (!isRequester(c.var.who, life)) {
      throw new Refused(refusal('not-eligible', safe`the answer is for whoever asked`, id))
    }
    if (life.ended === null) throw new Refused(refusal('conflict', safe`action ${id} has no answer yet`, id))
    const answer = settled(await parts.desk.fetch(id))
    const type = answer.headers.find(([name]) => name === 'content-type')?.[1]
    // The target chose these bytes: under this origin they must never be a page.
    c.header('Content-Type', 'application/octet-stream')
    c.header('Content-Disposition', 'attachment')
    c.header('Sallyport-Status', String(answer.status))
    if (type !== undefined) c.header('Sallyport-Content-Type', type)
    return c.body(asStream(answer.body), 200)
  })
  return api
}

/** What the record has of an action: judged again, and proved to others. */
export function recorded(parts: ApiParts): Api {
  const api = router()

  api.openapi(explainAction, async (c) => {
    const life = await seen(c.var.who, c.req.valid('param').id, parts)
    return c.json(settled(await explanation(life, parts)), 200)
  })

  api.openapi(readReceipt, async (c) => {
    const { id } = c.req.valid('param')
    const life = await seen(c.var.who, id, parts)
    const sources = { store: parts.store, publisher: parts.record.publisher }
    // The nonce tells whoever has the bytes that the digest is of them. Only who asked has them.
    const receipt = await receiptOf(sources, id, { disclose: isRequester(c.var.who, life) })
    if (receipt === undefined)
      throw new Refused(refusal('unavailable', safe`the record of action ${id} cannot be read`, id))
    return c.text(encodeReceipt(receipt), 200)
  })

  return api
}

async function lifeOf(id: ActionId, parts: ApiParts): Promise<Life> {
  const life = await parts.store.read('life', { id })
  if (life === null) throw new Error(`action ${id} ran and is not in the store`)
  return life
}
