import type { WhoAmI } from '@sallyport/contract/people'
import {
  beginPairing,
  createAgent,
  listAgents,
  makeSignInLink,
  pollPairing,
  revokeAgent,
  rotateKey,
  whoAmI,
} from '@sallyport/contract/routes/people'
import type { AdminRight } from '@sallyport/core/policy/verdict'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { settled } from './refused.ts'
import { agentView, time } from './views.ts'
import { changer, hasRight, mustConfigure, seesAll, type Who } from './who.ts'

const RIGHTS: readonly AdminRight[] = ['operate', 'audit', 'configure']

/** Who is who: agents and their keys, sign-in links, and command lines that speak for a person. */
export function people(parts: ApiParts): Api {
  const api = router()
  const { identity, store } = parts

  api.openapi(whoAmI, (c) => c.json(whoView(c.var.who, parts), 200))

  api.openapi(createAgent, async (c) => {
    mustConfigure(c.var.who, parts)
    const { name, owner, groups } = c.req.valid('json')
    const { key } = settled(await identity.createAgent(name, owner, groups, changer(c.var.who)))
    return c.json({ name, key }, 201)
  })

  api.openapi(listAgents, async (c) => {
    const { who } = c.var
    const mine = (owner: string) => who.kind === 'person' && who.person === owner
    const agents = await store.read('agents', {})
    const visible = seesAll(who, parts) ? agents : agents.filter(({ owner }) => mine(owner))
    return c.json({ agents: visible.map(agentView) }, 200)
  })

  api.openapi(rotateKey, async (c) => {
    mustConfigure(c.var.who, parts)
    const { name } = c.req.valid('param')
    const { key } = settled(await identity.rotateKey(name, changer(c.var.who)))
    return c.json({ name, key }, 200)
  })

  api.openapi(revokeAgent, async (c) => {
    mustConfigure(c.var.who, parts)
    const { name } = c.req.valid('param')
    settled(await identity.revokeAgent(name, changer(c.var.who)))
    return c.body(null, 204)
  })

  api.openapi(makeSignInLink, async (c) => {
    mustConfigure(c.var.who, parts)
    const { person } = c.req.valid('json')
    const { token, until } = settled(await identity.makeLink(person, changer(c.var.who)))
    return c.json({ url: `${parts.consoleUrl()}/sign-in/${token}`, until: time(until) }, 201)
  })

  return api
}

/** Pairing begins before anybody is anybody. */
export function pairings(parts: ApiParts): Api {
  const api = router()
  const { identity } = parts

  api.openapi(beginPairing, async (c) => {
    const { code, secret, until } = settled(await identity.beginPairing())
    return c.json({ code, secret, url: `${parts.consoleUrl()}/pair/${code}`, until: time(until) }, 201)
  })

  api.openapi(pollPairing, async (c) => {
    const paired = settled(await identity.pollPairing(c.req.valid('param').secret))
    if (paired === 'waiting') return c.json({ state: 'waiting' as const }, 200)
    const { person, token, until } = paired
    return c.json({ state: 'paired' as const, person, token, until: time(until) }, 200)
  })

  return api
}

function whoView(who: Who, parts: ApiParts): WhoAmI {
  return {
    kind: who.kind,
    agent: who.kind === 'agent' ? (who.caller.agents.at(-1) ?? null) : null,
    person: who.kind === 'person' ? who.person : who.kind === 'agent' ? who.caller.owner : null,
    present: who.kind === 'person' && who.present !== null,
    rights: RIGHTS.filter((right) => hasRight(who, right, parts)),
  }
}
