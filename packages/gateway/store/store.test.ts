import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentId, Digest, FreezeId, PersonId, StandingId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import { encodeLeaf, type Leaf } from '@sallyport/core/ledger/leaf'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Standing } from '@sallyport/core/lifecycle/standing'
import { safe } from '@sallyport/core/redact/redacted'
import { claim } from '@sallyport/testkit/claim'
import { treeHash } from '@sallyport/testkit/ledger'
import { actionId, actionOf, allowed, held, settled, withdrawn } from '@sallyport/testkit/lives'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isDurable } from './durable.ts'
import { openSqliteStore } from './sqlite/open.ts'
import type { Change, Freeze, Head, Kept, Store } from './store.ts'

/** What every engine promises. */
const ENGINES = { sqlite: openSqliteStore } as const

describe.each(Object.entries(ENGINES))('%s', (_, open) => {
  let folder: string
  let store: Store
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
    store = await open({ folder })
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const reopen = async () => {
    await store.close()
    store = await open({ folder })
  }

  describe('a change', () => {
    test('is all of its writes and leaves, and is there after the store was opened again', async () => {
      const { life, leaf } = held(1)
      const made = await store.move({
        writes: [
          { kind: 'life', from: 0, life },
          { kind: 'keep', kept: kept(1) },
        ],
        leaves: [leaf],
      })
      expect(made !== 'lost' && isDurable(made) && made.at).toBe(0)
      await reopen()
      expect(await store.read('life', { id: life.action.id })).toEqual(life)
      expect(await store.read('kept', { action: life.action.id })).toEqual(kept(1))
      expect(await store.read('entries', { from: 0, to: 9 })).toEqual([encodeLeaf(leaf)])
    })

    test('that finds another version is lost and leaves no trace, whichever of its writes it was', async () => {
      await admit(1)
      const before = await store.read('head', {})
      const freeze = frozen(1)
      const late: Change = {
        writes: [
          { kind: 'freeze', from: 0, freeze },
          { kind: 'archive', digest: DIGEST, content: 'policy' },
          { kind: 'life', from: 0, life: held(2).life },
          { kind: 'life', from: 0, life: held(1).life },
        ],
        leaves: [held(2).leaf, held(1).leaf],
      }
      expect(await store.move(late)).toBe('lost')
      expect(await store.read('head', {})).toEqual(before)
      expect(await store.read('freezes', { live: false })).toEqual([])
      expect(await store.read('archive', { digest: DIGEST })).toBeNull()
      expect(await store.read('life', { id: actionId(2) })).toBeNull()
    })

    test('whose neighbour in the commit lost has its leaf where it says', async () => {
      const outcomes = await Promise.all([held(1), held(1), held(2)].map(({ life, leaf }) => put(life, leaf)))
      const [first, second, third] = outcomes
      expect([placeOf(first), second, placeOf(third)]).toEqual([0, 'lost', 1])
      expect(await store.read('leaves', { action: actionId(2) })).toEqual([
        { index: 1, entry: encodeLeaf(held(2).leaf) },
      ])
    })

    test('with a leaf that fits no record is refused alone', async () => {
      const { leaf } = held(1)
      const huge: Leaf = {
        ...leaf,
        kind: 'changed',
        what: 'policy',
        event: 'x'.repeat(70_000),
        name: '',
        digest: null,
        unguarded: true,
        note: safe``,
      }
      const [refused, taken] = await Promise.allSettled([store.append(huge), store.append(leaf)])
      expect(refused).toMatchObject({ status: 'rejected', reason: { fault: 'not-written' } })
      expect(taken).toMatchObject({ status: 'fulfilled', value: { at: 0 } })
    })

    test('that does not count up its version is a defect', async () => {
      const { life, leaf } = held(1)
      await expect(store.move({ writes: [{ kind: 'life', from: 1, life }], leaves: [leaf] })).rejects.toThrow(
        /from version 1 to 1/,
      )
    })

    test(claim('G4', 'core', 'of a thousand moves from one version exactly one wins'), async () => {
      const life = await admit(1)
      const { life: next, leaf } = withdrawn(life)
      const race = Array.from({ length: 1000 }, () =>
        store.move({ writes: [{ kind: 'life', from: 1, life: next }], leaves: [leaf] }),
      )
      const won = (await Promise.all(race)).filter((outcome) => outcome !== 'lost')
      expect(won).toHaveLength(1)
      expect(await store.read('leaves', { action: actionId(1) })).toHaveLength(2)
    })

    test('is what it was when it was handed in, whatever happens to the objects afterwards', async () => {
      const { life, leaf } = held(1)
      const mine = { ...life, thread: [...life.thread] }
      const nonce = new Uint8Array(32).fill(1)
      const moving = store.move({
        writes: [
          { kind: 'life', from: 0, life: mine },
          { kind: 'keep', kept: { ...kept(1), nonce } },
        ],
        leaves: [leaf],
      })
      Object.assign(mine, { state: 'approved' })
      await moving
      expect(await store.read('life', { id: actionId(1) })).toEqual(life)
    })
  })

  describe('the record', () => {
    test.each([0, 1, 2, 255, 256, 257, 600])(
      'of %i leaves is the tree of RFC 6962 over them',
      async (count) => {
        for (let at = 0; at < count; at += 100)
          await Promise.all(
            Array.from({ length: Math.min(100, count - at) }, (_, i) => store.append(held(at + i).leaf)),
          )
        await reopen()
        const entries = await allEntries(store)
        const head = await store.read('head', {})
        expect(head.size).toBe(count)
        expect(hex(head.root)).toBe(hex(treeHash(entries)))
        const leafHashes = await store.read('hashes', { level: 0, from: 0, to: count })
        expect(leafHashes.map(hex)).toEqual(entries.map((entry) => hex(treeHash([entry]))))
        const full = Math.floor(count / 256)
        const tiles = await store.read('hashes', { level: 1, from: 0, to: 9 })
        expect(tiles.map(hex)).toEqual(
          Array.from({ length: full }, (_, i) => hex(treeHash(entries.slice(i * 256, (i + 1) * 256)))),
        )
      },
    )

    test('grows in the order of arrival', async () => {
      const leaves = Array.from({ length: 300 }, (_, n) => held(n).leaf)
      const places = await Promise.all(leaves.map((leaf) => store.append(leaf)))
      expect(places.map(({ at }) => at)).toEqual(leaves.map((_, n) => n))
      expect(await allEntries(store)).toEqual(leaves.map(encodeLeaf))
    })
  })

  describe('what is kept beside a life', () => {
    test('is found by claim while the action is open, oldest first, and by idempotency for good', async () => {
      const first = await admit(1, kept(1))
      const second = await admit(2, { ...kept(2), claim: kept(1).claim })
      await admit(3, kept(3))
      expect(await store.read('claim', { claim: kept(1).claim })).toEqual([first, second])
      const ended = withdrawn(first)
      await put(ended.life, ended.leaf, 1)
      expect(await store.read('claim', { claim: kept(1).claim })).toEqual([second])
      expect(await store.read('idempotency', { idempotency: 'once-1' })).toEqual({
        life: ended.life,
        claim: kept(1).claim,
      })
      expect(await store.read('idempotency', { idempotency: 'never' })).toBeNull()
    })

    test('with an idempotency that was used loses', async () => {
      await admit(1, kept(1))
      const { life, leaf } = held(2)
      const twice = { ...kept(2), idempotency: kept(1).idempotency }
      const outcome = await store.move({
        writes: [
          { kind: 'keep', kept: twice },
          { kind: 'life', from: 0, life },
        ],
        leaves: [leaf],
      })
      expect(outcome).toBe('lost')
      expect(await store.read('life', { id: life.action.id })).toBeNull()
    })

    test.each([
      ['payload', { ...keptBytes(), payload: null }],
      ['everything', null],
    ] as const)('forgets %s and stays found by idempotency', async (what, left) => {
      const life = await admit(1, { ...kept(1), ...keptBytes() })
      const action = life.action.id
      await store.move({ writes: [{ kind: 'erase', action, what }], leaves: [held(2).leaf] })
      expect(await store.read('kept', { action })).toEqual(left === null ? null : { ...kept(1), ...left })
      expect(await store.read('idempotency', { idempotency: 'once-1' })).toMatchObject({ life })
    })

    test('takes an answer, but not once it was forgotten', async () => {
      const action = (await admit(1, kept(1))).action.id
      const answer = new TextEncoder().encode('sealed')
      const giveAnswer: Change = { writes: [{ kind: 'answer', action, answer }], leaves: [held(2).leaf] }
      await store.move(giveAnswer)
      expect((await store.read('kept', { action }))?.answer).toEqual(answer)
      await store.move({ writes: [{ kind: 'erase', action, what: 'everything' }], leaves: [held(3).leaf] })
      expect(await store.move(giveAnswer)).toBe('lost')
    })
  })

  describe('lists', () => {
    test('of lives come newest first, by any of the agents and whatever else was asked', async () => {
      const told = [
        { agents: ['robot'], owner: 'ann', resource: 'crm' },
        { agents: ['helper', 'robot'], owner: 'bob', resource: 'crm' },
        { agents: ['helper'], owner: 'ann', resource: 'billing' },
        { agents: [], owner: 'ann', resource: 'crm' },
      ] as const
      for (const [n, one] of told.entries()) await put(held(n, one).life, held(n, one).leaf)
      const ended = withdrawn(held(0, told[0]).life)
      await put(ended.life, ended.leaf, 1)
      const find = async (query: object) =>
        (await store.read('lives', { limit: 9, ...query })).map(({ action }) => action.id)
      const ids = (...of: number[]) => of.map(actionId)
      expect(await find({})).toEqual(ids(3, 2, 1, 0))
      expect(await find({ agent: 'robot' })).toEqual(ids(1, 0))
      expect(await find({ agent: 'helper', owner: 'ann' })).toEqual(ids(2))
      expect(await find({ resource: 'crm', owner: 'ann' })).toEqual(ids(3, 0))
      expect(await find({ state: 'withdrawn' })).toEqual(ids(0))
      expect(await find({ since: actionOf(2).askedAt })).toEqual(ids(3, 2))
      expect(await find({ limit: 1 })).toEqual(ids(3))
    })

    test('of what is open or dispatched come oldest first', async () => {
      const waiting = await admit(1)
      const sent = allowed(2)
      await put(sent.life, sent.leaf)
      const done = settled(allowed(3).life)
      await put(allowed(3).life, allowed(3).leaf)
      await put(done.life, done.leaf, 1)
      const later = await admit(4)
      expect(await store.read('open', {})).toEqual([waiting, later])
      expect(await store.read('dispatched', {})).toEqual([sent.life])
    })

    test('of standing decisions know which still hold', async () => {
      const now = instant(1_000)
      const live = standing(1, {})
      const others = [
        standing(2, { revoked: true }),
        standing(3, { usesLeft: 0 }),
        standing(4, { until: now }),
      ]
      for (const one of [...others, live]) await keepRow({ kind: 'standing', from: 0, standing: one })
      expect(await store.read('standings', { live: true, now })).toEqual([live])
      expect(await store.read('standings', { live: false, now })).toEqual([...others, live])
      expect(await store.read('standing', { id: live.id })).toEqual(live)
    })

    test('of freezes, agents, keys and sign-ins give what was last written', async () => {
      const freeze = frozen(1)
      const agent = {
        id: 'robot' as AgentId,
        version: 1,
        owner: 'ann' as PersonId,
        groups: [],
        createdAt: instant(1),
        revoked: false,
      }
      const key = {
        lookup: 'aa',
        version: 1,
        agent: agent.id,
        scram: 'SCRAM-SHA-256$1:a$b:c',
        createdAt: instant(1),
        revoked: false,
      }
      const signIn = {
        hash: 'bb',
        version: 1,
        kind: 'session',
        person: null,
        createdAt: instant(1),
        until: instant(2),
        ended: false,
      } as const
      await keepRow({ kind: 'freeze', from: 0, freeze })
      await keepRow({ kind: 'agent', from: 0, agent })
      await keepRow({ kind: 'key', from: 0, key })
      await keepRow({ kind: 'sign-in', from: 0, signIn })
      expect(await store.read('freezes', { live: true })).toEqual([freeze])
      await keepRow({ kind: 'freeze', from: 1, freeze: { ...freeze, version: 2, lifted: true } })
      expect(await store.read('freezes', { live: true })).toEqual([])
      await keepRow({ kind: 'agent', from: 1, agent: { ...agent, version: 2, revoked: true } })
      expect(await store.read('agents', {})).toEqual([{ ...agent, version: 2, revoked: true }])
      expect(await store.read('keys', {})).toEqual([key])
      expect(await store.read('signIn', { hash: 'bb' })).toEqual(signIn)
      expect(await store.read('signIn', { hash: 'aa' })).toBeNull()
    })
  })

  test('an archive holds one content under one digest', async () => {
    const archive = (content: string) => keepRow({ kind: 'archive', digest: DIGEST, content })
    expect(await archive('permit')).not.toBe('lost')
    expect(await archive('permit')).not.toBe('lost')
    expect(await archive('forbid')).toBe('lost')
    expect(await store.read('archive', { digest: DIGEST })).toBe('permit')
  })

  describe('whoever looks', () => {
    test('sees every state of an action once, from the present one to its end', async () => {
      const life = await admit(1)
      const seen: string[] = []
      const watching = (async () => {
        for await (const now of store.watch(life.action.id, new AbortController().signal)) {
          seen.push(`${now.version} ${now.state}`)
          if (now.version > 1) continue
          const next = withdrawn(now)
          await put(next.life, next.leaf, 1)
        }
      })()
      await watching
      expect(seen).toEqual(['1 waiting', '2 withdrawn'])
    })

    test('is let go by its signal, and by the end of the store', async () => {
      const life = await admit(1)
      const gone = new AbortController()
      const states = async (signal: AbortSignal, then: () => void) => {
        const seen: string[] = []
        for await (const { state } of store.watch(life.action.id, signal)) {
          seen.push(state)
          then()
        }
        return seen
      }
      expect(await states(gone.signal, () => gone.abort())).toEqual(['waiting'])
      expect(await states(gone.signal, () => undefined)).toEqual([])
      expect(await states(new AbortController().signal, () => void store.close())).toEqual(['waiting'])
    })

    test('hears of lives and heads after the commit, and of nothing that was lost', async () => {
      const lives: (readonly Life[])[] = []
      const heads: Head[] = []
      store.onLives((news) => lives.push(news))
      const stop = store.onHead((head) => heads.push(head))
      const first = await admit(1)
      await put(held(1).life, held(1).leaf)
      expect(lives).toEqual([[first]])
      expect(heads).toEqual([await store.read('head', {})])
      stop()
      await admit(2)
      expect(heads).toHaveLength(1)
    })
  })

  test('a store that was closed takes nothing more, and has kept what it had taken', async () => {
    const moving = store.append(held(1).leaf)
    await store.close()
    expect(isDurable(await moving)).toBe(true)
    await expect(store.append(held(2).leaf)).rejects.toMatchObject({ fault: 'unavailable' })
    await expect(store.read('head', {})).rejects.toMatchObject({ fault: 'unavailable' })
  })

  async function put(life: Life, leaf: Leaf, from = 0) {
    return store.move({ writes: [{ kind: 'life', from, life }], leaves: [leaf] })
  }

  async function admit(n: number, beside: Kept = kept(n)): Promise<Life> {
    const { life, leaf } = held(n)
    const outcome = await store.move({
      writes: [
        { kind: 'life', from: 0, life },
        { kind: 'keep', kept: beside },
      ],
      leaves: [leaf],
    })
    expect(outcome).not.toBe('lost')
    return life
  }

  const keepRow = (write: Change['writes'][number]) =>
    store.move({ writes: [write], leaves: [held(99).leaf] })
})

const DIGEST = 'd'.repeat(64) as Digest

function kept(n: number): Kept {
  const nonce = new Uint8Array(32).fill(n)
  return {
    action: actionId(n),
    nonce,
    claim: `claim-${n}`,
    idempotency: `once-${n}`,
    payload: null,
    answer: null,
  }
}

function keptBytes() {
  return { payload: Uint8Array.of(1, 2, 3), answer: Uint8Array.of(4) }
}

function frozen(n: number): Freeze {
  const id = `frz_${n}` as FreezeId
  return {
    id,
    version: 1,
    scope: 'everything',
    name: '*',
    by: 'ann' as PersonId,
    at: instant(n),
    reason: safe`a drill`,
    lifted: false,
  }
}

function standing(n: number, differs: Partial<Standing>): Standing {
  const { resource, shape, id } = actionOf(n)
  const whole = {
    id: `std_${n}` as StandingId,
    version: 1,
    kind: 'waiver',
    resource,
    caller: 'x',
    shape,
    session: null,
  } as const
  return { ...whole, usesLeft: 2, until: instant(5_000), by: [], from: id, revoked: false, ...differs }
}

async function allEntries(store: Store): Promise<readonly Uint8Array[]> {
  const { size } = await store.read('head', {})
  return store.read('entries', { from: 0, to: size })
}

function placeOf(outcome: Awaited<ReturnType<Store['move']>> | undefined): number | undefined {
  return outcome === 'lost' ? undefined : outcome?.at
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
