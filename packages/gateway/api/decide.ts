import type { Decided } from '@sallyport/contract/decision'
import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import { said } from './env.ts'
import { seen } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { settled } from './refused.ts'
import { nameOf, person, presentPerson, type Who } from './who.ts'

/** A decision, from the API and from the page alike: somebody present, an action that they may see, and the desk's word on it. */
export async function decide(who: Who, id: ActionId, word: Decided, parts: ApiParts): Promise<Life> {
  const { person: by, present: proof } = presentPerson(who, `/holds/${id}`)
  await seen(who, id, parts)
  return settled(await parts.desk.decide(id, { ...word, by, proof }))
}

export async function ask(who: Who, id: ActionId, text: string, parts: ApiParts): Promise<Life> {
  const { person: by } = person(who)
  await seen(who, id, parts)
  return settled(await parts.desk.ask(id, by, said(text)))
}

export async function answer(who: Who, id: ActionId, text: string, parts: ApiParts): Promise<Life> {
  await seen(who, id, parts)
  return settled(await parts.desk.answer(id, nameOf(who), said(text)))
}
