import { instant } from '@sallyport/core/given'
import { readDirectory } from '@sallyport/core/people/archive'
import { resolveChain } from '@sallyport/core/people/chain'
import { safe } from '@sallyport/core/redact/redacted'
import { type IdentityHouse, named, openIdentityHouse } from '@sallyport/testkit/identity'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'

const PEOPLE = 'groups: [{ id: bots }]\npeople: [{ id: ann, name: Ann }, { id: bea, name: Bea }]'
const ANN = named('person', 'ann')

let house: IdentityHouse
beforeAll(async () => {
  house = await openIdentityHouse(PEOPLE)
})
afterAll(() => house.close())

describe('the key of an agent', () => {
  test('proves the agent, its owner, and nobody acted for', async () => {
    const key = await created('prover')
    expect(await house.identity.token(key)).toMatchObject({
      kind: 'agent',
      caller: { agents: ['prover'], owner: 'ann', actsFor: [], proof: { kind: 'agent-key' } },
    })
  })

  test('is in no row and no entry of the record', async () => {
    const key = await created('quiet')
    const rows = await Promise.all([house.store.read('agents', {}), house.store.read('keys', {})])
    const kept = JSON.stringify(rows) + (await house.record()).join('')
    expect(kept).toContain('quiet')
    expect(kept).not.toContain(key)
    expect(kept).not.toContain(key.slice(3, 35))
    expect(JSON.stringify(await house.identity.token(key))).not.toContain(key)
  })

  test('is good after a restart', async () => {
    const key = await created('durable')
    await house.restart()
    expect(await house.identity.token(key)).toMatchObject({ kind: 'agent' })
  })

  test('that was rotated is over at once, and the new one is good', async () => {
    const before = await created('turner')
    const after = keyOf(await house.identity.rotateKey(named('agent', 'turner'), 'operator'))
    expect(await house.identity.token(before)).toMatchObject({ code: 'not-authenticated' })
    expect(await house.identity.token(after)).toMatchObject({ kind: 'agent' })
    await house.restart()
    expect(await house.identity.token(before)).toMatchObject({ code: 'not-authenticated' })
    expect(await house.identity.token(after)).toMatchObject({ kind: 'agent' })
  })

  test('of a revoked agent is over from the moment that it was said', async () => {
    const key = await created('gone')
    const revoking = house.identity.revokeAgent(named('agent', 'gone'), 'operator')
    expect(await house.identity.token(key)).toMatchObject({ code: 'not-authenticated' })
    expect(await revoking).toBe('revoked')
    await house.restart()
    expect(await house.identity.token(key)).toMatchObject({ code: 'not-authenticated' })
    expect(await house.identity.rotateKey(named('agent', 'gone'), 'operator')).toMatchObject({
      code: 'malformed',
    })
    expect(house.identity.directory().directory.agents.has(named('agent', 'gone'))).toBe(false)
  })

  test('of an agent is over even where the store could not write its end, and the end can be asked for again', async () => {
    const key = await created('stuck')
    await house.store.close()
    await expect(house.identity.revokeAgent(named('agent', 'stuck'), 'operator')).rejects.toThrow('closed')
    expect(await house.identity.token(key)).toMatchObject({ code: 'not-authenticated' })
    await expect(house.identity.revokeAgent(named('agent', 'stuck'), 'operator')).rejects.toThrow('closed')
    await house.restart()
    expect(await house.identity.revokeAgent(named('agent', 'stuck'), 'operator')).toBe('revoked')
  })

  test('of an agent whose owner has left proves nobody', async () => {
    const key = await created('orphan', 'bea')
    house.people = PEOPLE.replace(', { id: bea, name: Bea }', '')
    await house.identity.reload()
    expect(await house.identity.token(key)).toMatchObject({ code: 'unresolved-caller' })
    house.people = PEOPLE
    await house.identity.reload()
    expect(await house.identity.token(key)).toMatchObject({ kind: 'agent' })
  })
})

describe('an agent is not made', () => {
  test.each([
    ['under a name that is given', 'prover', 'ann', [], 'conflict'],
    ['under a name that was given', 'gone', 'ann', [], 'conflict'],
    ['under the name of a person', 'bea', 'ann', [], 'conflict'],
    ['for a stranger', 'new', 'eve', [], 'malformed'],
    ['in a group that nobody knows', 'new', 'ann', ['admins'], 'malformed'],
  ])('%s', async (_, name, owner, groups, code) => {
    expect(await create(name, owner, groups)).toMatchObject({ kind: 'refusal', code })
  })

  test('twice by two who ask at once', async () => {
    const both = await Promise.all([create('twin'), create('twin')])
    expect(both.filter((one) => 'key' in one)).toHaveLength(1)
    expect(both).toContainEqual(expect.objectContaining({ code: 'conflict' }))
  })
})

describe('the record', () => {
  test('says each change of agents and keys, and that nobody approved it', async () => {
    await created('told', 'ann', ['bots'])
    await house.identity.rotateKey(named('agent', 'told'), named('person', 'bea'))
    await house.identity.revokeAgent(named('agent', 'told'), named('person', 'ann'))
    const leaves = (await leavesOf()).filter(({ name }) => name.split('/')[0] === 'told')
    expect(leaves.map(({ what, event }) => `${what} ${event}`)).toEqual([
      'agent created',
      'key created',
      'key created',
      'key revoked',
      'agent revoked',
      'key revoked',
    ])
    expect(leaves.every(({ unguarded }) => unguarded)).toBe(true)
    expect(leaves.map(({ by }) => by)).toEqual(['operator', 'operator', 'bea', 'bea', 'ann', 'ann'])
  })

  test('names a directory that is archived, in which the agent is what it was', async () => {
    await created('archived', 'ann', ['bots'])
    const { digest } = house.identity.directory()
    expect((await leavesOf()).at(-2)).toMatchObject({ name: 'archived', digest })
    const content = await house.store.read('archive', { digest })
    const back = readDirectory(sha256, { digest, content: content ?? '' })
    expect(back?.agents.get(named('agent', 'archived'))).toEqual({
      id: 'archived',
      owner: 'ann',
      groups: ['bots'],
    })
  })
})

test('two agents made at once are both in the directory that is in force, and that is archived', async () => {
  await Promise.all([created('pair-one'), created('pair-two')])
  const { digest, directory } = house.identity.directory()
  expect(directory.agents.has(named('agent', 'pair-one'))).toBe(true)
  expect(directory.agents.has(named('agent', 'pair-two'))).toBe(true)
  expect(await house.store.read('archive', { digest })).toContain('pair-one')
})

test('what a caller tells of itself is said to be claimed', async () => {
  const key = await created('talker')
  expect(await house.identity.caller(key, { run: safe`run 7`, model: safe`m` })).toMatchObject({
    agents: ['talker'],
    run: { value: 'run 7', trust: 'claimed' },
    model: { value: 'm', trust: 'claimed' },
  })
  expect(await house.identity.caller(key)).not.toHaveProperty('run')
})

describe('a session', () => {
  const hour = 3_600_000
  const at = instant(500_000 * hour)

  test('is what the caller names, and the same however its key was rotated', async () => {
    const one = await caller('sess-one')
    expect(sessionOf(one, 'a')).toBe(sessionOf(one, 'a'))
    expect(sessionOf(one, 'a')).not.toBe(sessionOf(one, 'b'))
    const rotated = keyOf(await house.identity.rotateKey(named('agent', 'sess-one'), 'operator'))
    const after = await house.identity.caller(rotated)
    if ('kind' in after) throw new Error(after.detail)
    expect(sessionOf(after, 'a')).toBe(sessionOf(one, 'a'))
  })

  test('of another cannot be named, not even by its own id', async () => {
    const [one, two] = [await caller('sess-two'), await caller('sess-three')]
    expect(sessionOf(two, 'a')).not.toBe(sessionOf(one, 'a'))
    expect(sessionOf(two, sessionOf(one, 'a'))).not.toBe(sessionOf(one, 'a'))
  })

  test('without a name is the hour', async () => {
    const one = await caller('sess-four')
    const of = (now: number) => house.identity.sessionOf(one, null, instant(now))
    expect(of(at)).toBe(of(at + hour - 1))
    expect(of(at)).not.toBe(of(at + hour))
    expect(of(at)).not.toBe(sessionOf(one, String(at / hour)))
  })

  function sessionOf(who: Awaited<ReturnType<typeof caller>>, name: string) {
    return house.identity.sessionOf(who, name, at)
  }
})

test('a revoked agent leaves what it asked for without a chain', async () => {
  const asked = await caller('asker')
  await house.identity.revokeAgent(named('agent', 'asker'), 'operator')
  expect(resolveChain(asked, house.identity.directory().directory)).toEqual({
    kind: 'unresolved',
    who: 'asker',
  })
})

async function caller(name: string) {
  const proved = await house.identity.caller(await created(name))
  if ('kind' in proved) throw new Error(proved.detail)
  return proved
}

function create(name: string, owner: string = ANN, groups: readonly string[] = []) {
  const members = groups.map((group) => named('group', group))
  return house.identity.createAgent(named('agent', name), named('person', owner), members, 'operator')
}

async function created(name: string, owner?: string, groups?: readonly string[]): Promise<string> {
  return keyOf(await create(name, owner, groups))
}

function keyOf(made: Awaited<ReturnType<typeof create>>): string {
  if ('kind' in made) throw new Error(made.detail)
  return made.key
}

interface ChangedLeaf {
  readonly what: string
  readonly event: string
  readonly by: string | null
  readonly name: string
  readonly unguarded: boolean
}

async function leavesOf(): Promise<readonly ChangedLeaf[]> {
  return (await house.record()).map((entry) => JSON.parse(entry) as ChangedLeaf)
}
