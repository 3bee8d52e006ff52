import {
  answerQuestion,
  askQuestion,
  decideHold,
  listHolds,
  readHold,
} from '@sallyport/contract/routes/holds'
import { answer, ask, decide } from './decide.ts'
import { type Api, router } from './env.ts'
import { holdsFor, holdView, listedView } from './hold.ts'
import { seen } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { viewOf } from './views.ts'
import { person } from './who.ts'

/** What waits, and what people say to it. */
export function holds(parts: ApiParts): Api {
  const api = router()

  api.openapi(listHolds, async (c) => {
    const who = person(c.var.who)
    const { mine } = await holdsFor(who, parts)
    return c.json({ holds: mine.lives.map((life) => listedView(life, who, parts)), more: mine.more }, 200)
  })

  api.openapi(readHold, async (c) => {
    const life = await seen(c.var.who, c.req.valid('param').id, parts)
    return c.json(await holdView(life, c.var.who, parts), 200)
  })

  api.openapi(decideHold, async (c) =>
    c.json(viewOf(await decide(c.var.who, c.req.valid('param').id, c.req.valid('json'), parts)), 200),
  )

  api.openapi(askQuestion, async (c) =>
    c.json(viewOf(await ask(c.var.who, c.req.valid('param').id, c.req.valid('json').text, parts)), 200),
  )

  api.openapi(answerQuestion, async (c) =>
    c.json(viewOf(await answer(c.var.who, c.req.valid('param').id, c.req.valid('json').text, parts)), 200),
  )

  return api
}
