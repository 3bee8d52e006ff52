import { instant } from '@sallyport/core/given'
import { type IdentityHouse, named, openIdentityHouse } from '@sallyport/testkit/identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PAIRING_MS, PAIRINGS_LIMIT } from './pairing.ts'
import { CLI_TOKEN_MS, LINK_MS, SESSION_MS } from './sign-ins.ts'

const PEOPLE = 'people: [{ id: ann, name: Ann }, { id: bea, name: Bea }]'
const ANN = named('person', 'ann')
const BEA = named('person', 'bea')
const OVER = { kind: 'refusal', code: 'not-authenticated' }

let house: IdentityHouse
beforeAll(async () => {
  house = await openIdentityHouse(PEOPLE)
})
afterAll(() => house.close())

describe('a sign-in link', () => {
  test('becomes a session of its person, who is present with the key of the page and only looks without', async () => {
    const used = await house.identity.useLink(await link())
    if ('kind' in used) throw new Error(used.detail)
    const { cookie, pageKey } = used
    expect(await house.identity.session(cookie, pageKey)).toMatchObject({
      kind: 'person',
      person: 'ann',
      caller: { agents: [], owner: 'ann', actsFor: ['ann'] },
      presence: { kind: 'sign-in', madeBy: null },
    })
    const other = await house.identity.useLink(await link())
    if ('kind' in other) throw new Error(other.detail)
    for (const wrong of [null, '', cookie, other.pageKey, pageKey.slice(1), `${pageKey}=`, 'é'.repeat(43)]) {
      expect(await house.identity.session(cookie, wrong)).toMatchObject({ person: 'ann', presence: null })
    }
  })

  test('hands its maker down to the session and to the command line that is paired there', async () => {
    const used = await house.identity.useLink(await link(BEA))
    if ('kind' in used) throw new Error(used.detail)
    const session = await house.identity.session(used.cookie, used.pageKey)
    expect(session).toMatchObject({ person: 'ann', madeBy: 'bea', presence: { madeBy: 'bea' } })
    if (session.kind !== 'person') throw new Error('no session')
    const { code, secret } = await begun()
    await house.identity.confirmPairing(code, session)
    const paired = await house.identity.pollPairing(secret)
    if (paired === 'waiting' || 'kind' in paired) throw new Error('not paired')
    const proof = { kind: 'person-token', madeBy: 'bea' }
    expect(await house.identity.token(paired.token)).toMatchObject({ person: 'ann', caller: { proof } })
  })

  test('is good once', async () => {
    const token = await link()
    expect(await house.identity.useLink(token)).toHaveProperty('cookie')
    expect(await house.identity.useLink(token)).toMatchObject(OVER)
  })

  test('is good for one of two who come at once', async () => {
    const token = await link()
    const both = await Promise.all([house.identity.useLink(token), house.identity.useLink(token)])
    expect(both.filter((one) => 'cookie' in one)).toHaveLength(1)
  })

  test('is not used up by whoever only looks', async () => {
    const token = await link()
    expect(await house.identity.readLink(token)).toEqual({ person: 'ann' })
    expect(await house.identity.readLink(token)).toEqual({ person: 'ann' })
    expect(await house.identity.useLink(token)).toHaveProperty('cookie')
  })

  test('is good until its time is over, and not at that moment', async () => {
    const [early, late] = [await link(), await link()]
    passes(LINK_MS - 1)
    expect(await house.identity.useLink(early)).toHaveProperty('cookie')
    passes(1)
    expect(await house.identity.readLink(late)).toMatchObject(OVER)
    expect(await house.identity.useLink(late)).toMatchObject(OVER)
  })

  test('is not made for a stranger', async () => {
    expect(await house.identity.makeLink(named('person', 'eve'), 'operator')).toMatchObject({
      code: 'unresolved-caller',
    })
  })
})

describe('a session', () => {
  test('ends after its time, however it was used', async () => {
    const cookie = await signedIn()
    passes(SESSION_MS - 1)
    expect(await house.identity.session(cookie, null)).toMatchObject({ person: 'ann' })
    passes(1)
    expect(await house.identity.session(cookie, null)).toMatchObject(OVER)
  })

  test('ends when its person signs out, and no other session does', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    await house.identity.signOut(one)
    await house.identity.signOut(one)
    expect(await house.identity.session(one, null)).toMatchObject(OVER)
    expect(await house.identity.session(two, null)).toMatchObject({ person: 'ann' })
  })

  test('is good after a restart', async () => {
    const cookie = await signedIn()
    await house.restart()
    expect(await house.identity.session(cookie, null)).toMatchObject({ person: 'ann' })
  })

  test('of somebody who has left proves nobody', async () => {
    const cookie = await signedIn()
    house.people = 'people: [{ id: bea, name: Bea }]'
    await house.identity.reload()
    expect(await house.identity.session(cookie, null)).toMatchObject({ code: 'unresolved-caller' })
    house.people = PEOPLE
    await house.identity.reload()
  })
})

describe('a pairing', () => {
  test('gives the command line a token of whoever confirmed it, once', async () => {
    const { code, secret } = await begun()
    expect(code).toMatch(/^[a-z]{5}(-[a-z]{5}){3}$/)
    expect(await house.identity.pollPairing(secret)).toBe('waiting')
    expect(await house.identity.confirmPairing(code, { person: BEA, madeBy: null })).toBe('confirmed')
    const paired = await house.identity.pollPairing(secret)
    expect(paired).toMatchObject({ person: 'bea', until: house.now + CLI_TOKEN_MS })
    expect(await house.identity.pollPairing(secret)).toMatchObject(OVER)
  })

  test('gives one token to two who poll at once', async () => {
    const { code, secret } = await begun()
    await house.identity.confirmPairing(code, { person: BEA, madeBy: null })
    const both = await Promise.all([house.identity.pollPairing(secret), house.identity.pollPairing(secret)])
    expect(both.filter((one) => typeof one === 'object' && 'token' in one)).toHaveLength(1)
  })

  test('is confirmed by the first who does', async () => {
    const { code, secret } = await begun()
    await house.identity.confirmPairing(code, { person: BEA, madeBy: null })
    expect(await house.identity.confirmPairing(code, { person: ANN, madeBy: null })).toMatchObject(OVER)
    expect(await house.identity.pollPairing(secret)).toMatchObject({ person: 'bea' })
  })

  test('gives nothing to whoever knows the code alone', async () => {
    const { code } = await begun()
    await house.identity.confirmPairing(code, { person: BEA, madeBy: null })
    expect(await house.identity.pollPairing(code)).toMatchObject(OVER)
  })

  test('is over after its time', async () => {
    const { code, secret } = await begun()
    passes(PAIRING_MS)
    expect(await house.identity.readPairing(code)).toMatchObject(OVER)
    expect(await house.identity.confirmPairing(code, { person: BEA, madeBy: null })).toMatchObject(OVER)
    expect(await house.identity.pollPairing(secret)).toMatchObject(OVER)
  })

  test('writes nothing and takes little room before a person has confirmed it', async () => {
    passes(PAIRING_MS)
    const before = (await house.record()).length
    for (let i = 0; i < PAIRINGS_LIMIT; i++) await begun()
    expect(await house.identity.beginPairing()).toMatchObject({ code: 'rate-limited' })
    expect(await house.record()).toHaveLength(before)
    passes(PAIRING_MS)
    await begun()
  })
})

test('the token of a command line ends after its time, or when it is signed out', async () => {
  const [one, two] = [await cliToken(), await cliToken()]
  await house.identity.signOut(one)
  expect(await house.identity.token(one)).toMatchObject(OVER)
  passes(CLI_TOKEN_MS - 1)
  expect(await house.identity.token(two)).toMatchObject({ kind: 'person', person: 'bea', presence: null })
  passes(1)
  expect(await house.identity.token(two)).toMatchObject(OVER)
})

interface Said {
  readonly event: string
  readonly name: string
  readonly by: string | null
}

test('the record says who made a link, who used it, and who paired', async () => {
  const before = (await house.record()).length
  const used = await house.identity.useLink(await link(BEA))
  if ('kind' in used) throw new Error(used.detail)
  await house.identity.signOut(used.cookie)
  await link()
  await cliToken()
  const said = (await house.record()).slice(before).map((entry) => JSON.parse(entry) as Said)
  expect(said.map(({ event, name, by }) => [event, name, by])).toEqual([
    ['link-made', 'ann', 'bea'],
    ['signed-in', 'ann', 'ann'],
    ['signed-out', 'ann', 'ann'],
    ['link-made', 'ann', 'operator'],
    ['paired', 'bea', 'bea'],
  ])
})

test('no token is in the record', async () => {
  const tokens = [await link(), await signedIn(), await cliToken()]
  const record = (await house.record()).join('')
  expect(record).toContain('signed-in')
  for (const token of tokens) expect(record).not.toContain(token.slice(-40))
})

function passes(ms: number): void {
  house.now = instant(house.now + ms)
}

async function link(by: typeof BEA | 'operator' = 'operator'): Promise<string> {
  const made = await house.identity.makeLink(ANN, by)
  if ('kind' in made) throw new Error(made.detail)
  return made.token
}

async function signedIn(): Promise<string> {
  const used = await house.identity.useLink(await link())
  if ('kind' in used) throw new Error(used.detail)
  return used.cookie
}

async function begun() {
  const pairing = await house.identity.beginPairing()
  if ('kind' in pairing) throw new Error(pairing.detail)
  return pairing
}

async function cliToken(): Promise<string> {
  const { code, secret } = await begun()
  await house.identity.confirmPairing(code, { person: BEA, madeBy: null })
  const paired = await house.identity.pollPairing(secret)
  if (paired === 'waiting' || 'kind' in paired) throw new Error('not paired')
  return paired.token
}
