import { randomBytes } from 'node:crypto'
import { type IdentityHouse, named, openIdentityHouse } from '@sallyport/testkit/identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawToken } from './token.ts'

type Right = 'ask' | 'list' | 'decide' | 'administrate'

let house: IdentityHouse
const tokens = new Map<string, string>()
/** What goes along with some of them. */
const pageKeys = new Map<string, string>()

beforeAll(async () => {
  house = await openIdentityHouse('people: [{ id: ann, name: Ann }]')
  const { identity } = house
  const ann = named('person', 'ann')
  const issue = async <T extends object>(
    name: string,
    making: Promise<T>,
    tell: (made: T) => string | undefined,
  ) => {
    const token = tell(await making)
    if (token === undefined) throw new Error(`no ${name}`)
    tokens.set(name, token)
    return token
  }
  const bot = named('agent', 'bot')
  await issue('a rotated key', identity.createAgent(bot, ann, [], 'operator'), (made) =>
    'key' in made ? made.key : undefined,
  )
  await issue('an agent’s key', identity.rotateKey(bot, 'operator'), (made) =>
    'key' in made ? made.key : undefined,
  )
  const used = await issue('a used link', identity.makeLink(ann, 'operator'), (made) =>
    'token' in made ? made.token : undefined,
  )
  const session = await identity.useLink(used)
  if ('kind' in session) throw new Error(session.detail)
  tokens.set('a session', session.cookie)
  tokens.set('the key of a page', session.pageKey)
  pageKeys.set('a session with the key of its page', session.pageKey)
  tokens.set('a session with the key of its page', session.cookie)
  await issue('a sign-in link', identity.makeLink(ann, 'operator'), (made) =>
    'token' in made ? made.token : undefined,
  )
  const pairing = await identity.beginPairing()
  if ('kind' in pairing) throw new Error(pairing.detail)
  await identity.confirmPairing(pairing.code, { person: ann, madeBy: null })
  const paired = await identity.pollPairing(pairing.secret)
  if (paired === 'waiting' || 'kind' in paired) throw new Error('not paired')
  tokens.set('a command line’s token', paired.token)
  const waiting = await identity.beginPairing()
  if ('kind' in waiting) throw new Error(waiting.detail)
  await identity.confirmPairing(waiting.code, { person: ann, madeBy: null })
  tokens.set('the secret of a pairing', waiting.secret)
  tokens.set('the code of a pairing', waiting.code)
  tokens.set('the operator’s token', house.operatorToken)
  for (const kind of ['agent', 'session', 'cli', 'operator', 'link'] as const) {
    tokens.set(`a made-up token of the kind ${kind}`, drawToken(kind, randomBytes))
  }
  tokens.set('nothing', '')
})
afterAll(() => house.close())

/** The most that a proof is good for, wherever it is presented; policy and `mayDecide` take away from that. */
const TABLE: Readonly<Record<string, readonly Right[]>> = {
  'an agent’s key': ['ask', 'list'],
  'a rotated key': [],
  'a session': ['list'],
  'the key of a page': [],
  'a session with the key of its page': ['list', 'decide'],
  'a command line’s token': ['ask', 'list'],
  'the operator’s token': ['list', 'administrate'],
  'a sign-in link': [],
  'a used link': [],
  'the secret of a pairing': [],
  'the code of a pairing': [],
  'a made-up token of the kind agent': [],
  'a made-up token of the kind session': [],
  'a made-up token of the kind cli': [],
  'a made-up token of the kind operator': [],
  'a made-up token of the kind link': [],
  nothing: [],
}

describe('a proof is good for what it was given for and for nothing else', () => {
  test.each(Object.entries(TABLE))('%s', async (name, rights) => {
    const token = tokens.get(name)
    if (token === undefined) throw new Error(`no ${name}`)
    expect(await rightsOf(token, pageKeys.get(name) ?? null)).toEqual(rights)
  })

  test('and every proof that there is stands in the table', () => {
    expect([...tokens.keys()].sort()).toEqual(Object.keys(TABLE).sort())
  })
})

/** Presents the token in every place that takes one, and sees what comes of it. */
async function rightsOf(token: string, pageKey: string | null): Promise<readonly Right[]> {
  const { identity } = house
  const [bearer, cookie, caller] = [
    await identity.token(token),
    await identity.session(token, pageKey),
    await identity.caller(token),
  ]
  const proved = [bearer, cookie].filter((one) => one.kind !== 'refusal')
  const asks = 'kind' in caller ? [] : (['ask'] as const)
  const lists = proved.length > 0 ? (['list'] as const) : []
  const present = proved.some((one) => one.kind === 'person' && one.presence !== null)
  const administrates = proved.some((one) => one.kind === 'operator')
  return [
    ...asks,
    ...lists,
    ...(present ? (['decide'] as const) : []),
    ...(administrates ? (['administrate'] as const) : []),
  ]
}
