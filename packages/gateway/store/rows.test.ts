import type { AgentId, Digest, FreezeId, PersonId, Shape, StandingId } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import { callerKey, type Standing } from '@sallyport/core/lifecycle/standing'
import type { Step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import { actionId, actionOf, allowed, held, settled, withdrawn } from '@sallyport/testkit/lives'
import { Bench, ENGINES, keptOf } from '@sallyport/testkit/store/engines'
import { describe, expect, test } from 'vitest'
import { openLives } from './open-lives.ts'
import type { Change, Freeze } from './store.ts'

for (const engine of ENGINES) {
  describe(`what is stored (${engine.name})`, () => {
    const bench = new Bench(engine)
    test('is found by claim while the action is open, oldest first, and by idempotency for good', async () => {
      const first = await bench.admit(1, keptOf(1))
      const second = await bench.admit(2, { ...keptOf(2), claim: keptOf(1).claim })
      await bench.admit(3, keptOf(3))
      expect(await bench.store.read('claim', { claim: 'claim-1' })).toEqual([first, second])
      const ended = withdrawn(first)
      await bench.put(ended.life, ended.leaf, 1)
      expect(await bench.store.read('claim', { claim: 'claim-1' })).toEqual([second])
      expect(await bench.store.read('idempotency', { idempotency: 'once-1' })).toEqual({
        life: ended.life,
        claim: keptOf(1).claim,
      })
      expect(await bench.store.read('idempotency', { idempotency: 'never' })).toBeNull()
    })

    test('with an idempotency that was used loses', async () => {
      await bench.admit(1, keptOf(1))
      const { life, leaf } = held(2)
      const twice = { ...keptOf(2), idempotency: keptOf(1).idempotency }
      const outcome = await bench.store.move({
        writes: [
          { kind: 'keep', kept: twice },
          { kind: 'life', from: 0, life },
        ],
        leaves: [leaf],
      })
      expect(outcome).toBe('lost')
      expect(await bench.store.read('life', { id: life.action.id })).toBeNull()
    })

    test('has no claim where nobody looks for one', async () => {
      const unclaimed = { ...keptOf(1), claim: null }
      const { action } = await bench.admit(1, unclaimed)
      expect(await bench.store.read('kept', { action: action.id })).toEqual(unclaimed)
    })

    test.each([
      ['payload', { ...keptBytes(), payload: null }],
      ['everything', null],
    ] as const)('forgets %s and stays found by idempotency', async (what, left) => {
      const life = await bench.admit(1, { ...keptOf(1), ...keptBytes() })
      const action = life.action.id
      await bench.store.move({ writes: [{ kind: 'erase', action, what }], leaves: [held(2).leaf] })
      expect(await bench.store.read('kept', { action })).toEqual(
        left === null ? null : { ...keptOf(1), ...left },
      )
      expect(await bench.store.read('idempotency', { idempotency: 'once-1' })).toMatchObject({ life })
    })

    test('takes an answer, but not once it was forgotten', async () => {
      const action = (await bench.admit(1, keptOf(1))).action.id
      const answer = new TextEncoder().encode('sealed')
      const giveAnswer: Change = { writes: [{ kind: 'answer', action, answer }], leaves: [held(2).leaf] }
      await bench.store.move(giveAnswer)
      expect((await bench.store.read('kept', { action }))?.answer).toEqual(answer)
      await bench.store.move({
        writes: [{ kind: 'erase', action, what: 'everything' }],
        leaves: [held(3).leaf],
      })
      expect(await bench.store.move(giveAnswer)).toBe('lost')
    })

    test('of what is open or dispatched come oldest first', async () => {
      const waiting = await bench.admit(1)
      const sent = allowed(2)
      await bench.put(sent.life, sent.leaf)
      const done = settled(allowed(3).life)
      await bench.put(allowed(3).life, allowed(3).leaf)
      await bench.put(done.life, done.leaf, 1)
      const later = await bench.admit(4)
      expect(await bench.store.read('open', { limit: 1_000 })).toEqual([waiting, later])
      expect(await bench.store.read('open', { limit: 1 })).toEqual([waiting])
      expect(await bench.store.read('open', { limit: 1, after: waiting.action.id })).toEqual([later])
      expect(await bench.store.read('open', { limit: 1, after: later.action.id })).toEqual([])
      expect(await bench.store.read('waiting', {})).toBe(2)
      expect(await bench.store.read('dispatched', {})).toEqual([sent.life])
    })

    test('of open lives are walked over to the last, whatever ends on the way', async () => {
      const all = await Promise.all(Array.from({ length: 130 }, (_, n) => bench.admit(n)))
      const seen: string[] = []
      for await (const life of openLives(bench.store)) {
        if (seen.push(life.action.id) !== 40) continue
        const ended = withdrawn(life)
        await bench.put(ended.life, ended.leaf, 1)
      }
      expect(seen).toEqual(all.map(({ action }) => action.id))
    })

    test('of one claim are counted while they wait, the one that asks left out', async () => {
      const claim = 'the same'
      const [first, second] = [
        await bench.admit(1, { ...keptOf(1), claim }),
        await bench.admit(2, { ...keptOf(2), claim }),
      ]
      await bench.admit(3, keptOf(3))
      const same = (life: Life) => bench.store.read('identical', { action: life.action.id })
      expect(await same(first)).toBe(1)
      const ended = withdrawn(second)
      await bench.put(ended.life, ended.leaf, 1)
      expect(await same(first)).toBe(0)
    })

    test('of a caller are counted by state, of its whole chain and no other, newest first', async () => {
      const whole = held(0).life.action
      const { session } = whole
      const caller = callerKey(whole.caller)
      await bench.admit(0)
      for (const n of [1, 2]) await bench.put(allowed(n).life, allowed(n).leaf)
      for (const [n, told] of [{ agents: ['robot', 'helper'] }, { owner: 'bob' }].entries())
        await bench.put(held(10 + n, told).life, held(10 + n, told).leaf)
      const all = { caller, session, except: actionId(99), since: instant(0), limit: 100 }
      const count = async (query: object) => {
        const counts = await bench.store.read('counts', { ...all, ...query })
        return counts.map((row) => `${row.count} ${row.state}${row.inSession ? ' here' : ''}`)
      }
      expect(await count({})).toEqual(['2 dispatched', '1 waiting here'])
      expect(await count({ except: whole.id })).toEqual(['2 dispatched'])
      expect(await count({ since: actionOf(2).askedAt })).toEqual(['1 dispatched'])
      expect(await count({ limit: 1 })).toEqual(['1 dispatched'])
    })

    test('of a caller give its past, and no flood of refused ones hides a denial or a label', async () => {
      const caller = callerKey(actionOf(0).caller)
      const put = (one: Step) => bench.put(one.life, one.leaf)
      const secret = labelled(held(0), ['secret'])
      await put(secret)
      const denied = { ...held(1), life: { ...held(1).life, state: 'denied' as const } }
      await put(shaped(denied, 'denied'))
      await put(shaped(allowed(2), 'ran'))
      await put(shaped(allowed(3), 'ran'))
      for (let n = 4; n < 8; n++) await put(shaped(labelled(refused(n), ['never touched']), 'refused'))
      const past = (query: object) =>
        bench.store.read('past', { caller, since: instant(0), limit: 100, ...query })
      const touched = [{ session: secret.life.action.session, labels: ['secret'] }]
      const askedAt = Array.from({ length: 8 }, (_, n) => actionOf(n).askedAt)
      expect(await past({})).toEqual({ ran: ['ran'], denied: ['denied'], touched, askedAt })
      expect(await past({ limit: 4 })).toEqual({
        ran: [],
        denied: ['denied'],
        touched,
        askedAt: askedAt.slice(4),
      })
      expect(await past({ since: actionOf(1).askedAt })).toMatchObject({ denied: ['denied'], touched: [] })
      expect(await past({ caller: 'nobody' })).toEqual({ ran: [], denied: [], touched: [], askedAt: [] })
    })

    test('of standing decisions know which still hold', async () => {
      const now = instant(1_000)
      const live = standing(1, {})
      const others = [
        standing(2, { revoked: true }),
        standing(3, { usesLeft: 0 }),
        standing(4, { until: now }),
      ]
      for (const one of [...others, live]) await bench.write({ kind: 'standing', from: 0, standing: one })
      expect(await bench.store.read('standings', { live: true, now })).toEqual([live])
      expect(await bench.store.read('standings', { live: false, now })).toEqual([...others, live])
      expect(await bench.store.read('standing', { id: live.id })).toEqual(live)
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
        madeBy: null,
        createdAt: instant(1),
        revoked: false,
      }
      const signIn = {
        hash: 'bb',
        version: 1,
        kind: 'session',
        person: null,
        madeBy: null,
        createdAt: instant(1),
        until: instant(2),
        ended: false,
      } as const
      await bench.write({ kind: 'freeze', from: 0, freeze })
      await bench.write({ kind: 'agent', from: 0, agent })
      await bench.write({ kind: 'key', from: 0, key })
      await bench.write({ kind: 'sign-in', from: 0, signIn })
      expect(await bench.store.read('freezes', { live: true })).toEqual([freeze])
      await bench.write({ kind: 'freeze', from: 1, freeze: { ...freeze, version: 2, lifted: true } })
      expect(await bench.store.read('freezes', { live: true })).toEqual([])
      await bench.write({ kind: 'agent', from: 1, agent: { ...agent, version: 2, revoked: true } })
      expect(await bench.store.read('agents', {})).toEqual([{ ...agent, version: 2, revoked: true }])
      expect(await bench.store.read('keys', {})).toEqual([key])
      expect(await bench.store.read('signIn', { hash: 'bb' })).toEqual(signIn)
      expect(await bench.store.read('signIn', { hash: 'aa' })).toBeNull()
    })

    test('an archive holds one content under one digest', async () => {
      const archive = (content: string) => bench.write({ kind: 'archive', digest: DIGEST, content })
      expect(await archive('permit')).not.toBe('lost')
      expect(await archive('permit')).not.toBe('lost')
      expect(await archive('forbid')).toBe('lost')
      expect(await bench.store.read('archive', { digest: DIGEST })).toBe('permit')
    })
  })
}

const DIGEST = 'd'.repeat(64) as Digest

function keptBytes() {
  return { payload: Uint8Array.of(1, 2, 3), answer: Uint8Array.of(4) }
}

function refused(n: number): Step {
  const { life, leaf } = held(n)
  return { life: { ...life, state: 'refused' }, leaf }
}

function shaped({ life, leaf }: Step, shape: string): Step {
  return { life: { ...life, action: { ...life.action, shape: shape as Shape } }, leaf }
}

function labelled({ life, leaf }: Step, labels: readonly string[]): Step {
  const { action } = life
  return { life: { ...life, action: { ...action, facts: { ...action.facts, labels } } }, leaf }
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
