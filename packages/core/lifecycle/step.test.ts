import { claim } from '@sallyport/testkit/claim'
import { actionOf } from '@sallyport/testkit/lives'
import { describe, expect, test } from 'vitest'
import type { Digest, GroupId, PersonId, UtteranceId } from '../action/ids.ts'
import { type Instant, instant } from '../given.ts'
import type { Eligibility } from '../people/may-decide.ts'
import type { Terms, Verdict } from '../policy/verdict.ts'
import { safe } from '../redact/redacted.ts'
import type { Event, EventOf, Judgement } from './event.ts'
import type { ApproveScope, Life, State, Wait } from './life.ts'
import { waiverGiven } from './standing.ts'
import { CLAIM_WINDOW_MS, open, step, THREAD_LIMIT } from './step.ts'
import { type EventKind, TABLE } from './table.ts'

const T0 = instant(1_000_000)
const WITHIN_MS = 60_000
const ACTION = actionOf(1)
const OTHER = 'f'.repeat(64) as Digest
const WHY = { rules: ['r'], link: null, effect: null, because: 'b', controls: [] }
const JUDGED_BY = { policy: 'a'.repeat(64) as Digest, directory: 'b'.repeat(64) as Digest }

const at = (ms: number): Instant => instant(T0 + ms)
const group = (id: string) => id as GroupId
const person = (id: string) => id as PersonId

function terms(change: Partial<Terms> = {}): Terms {
  return {
    groups: [{ group: group('reviewers'), approvals: 1 }],
    withinMs: WITHIN_MS,
    reasonRequired: false,
    waivable: { uses: 5, forMs: 3_600_000 },
    ...change,
  }
}

function admitted(verdict: Verdict, wait: Exclude<Wait, 'none' | 'claimable'> = 'live'): Life {
  const circumstances = { hour: 2, signals: [], session: { labels: [], untrusted: false } }
  return open(
    {
      kind: 'admit',
      action: ACTION,
      verdict,
      judgedBy: JUDGED_BY,
      circumstances,
      chain: [],
      wait,
      reason: null,
    },
    T0,
  ).life
}

const held = (change: Partial<Terms> = {}, wait: 'live' | 'parked' = 'live'): Life =>
  admitted({ kind: 'hold', why: WHY, terms: terms(change) }, wait)

function eligible(human: string, ...seats: string[]): Eligibility {
  const [first = 'reviewers', ...others] = seats
  return { kind: 'eligible', human: person(human), seats: [group(first), ...others.map(group)] }
}

function approve(
  by: string,
  seats: readonly string[] = ['reviewers'],
  scope: ApproveScope = { kind: 'once' },
): EventOf<'approve'> {
  const proof = { kind: 'sign-in', session: 's', madeBy: null } as const
  const decision = {
    digest: ACTION.digest,
    by: person(by),
    proof,
    saw: OTHER,
    says: 'approve' as const,
    scope,
  }
  return { kind: 'approve', decision, eligibility: eligible(by, ...seats) }
}

function deny(by: string): EventOf<'deny'> {
  const proof = { kind: 'sign-in', session: 's', madeBy: null } as const
  const decision = {
    digest: ACTION.digest,
    by: person(by),
    proof,
    saw: OTHER,
    says: 'deny' as const,
    scope: { kind: 'call' } as const,
  }
  return { kind: 'deny', decision, eligibility: eligible(by) }
}

function dispatch(change: Partial<Judgement> = {}, digest: Digest = ACTION.digest): EventOf<'dispatch'> {
  const judgement: Judgement = {
    verdict: { kind: 'hold', why: WHY, terms: terms() },
    judgedBy: JUDGED_BY,
    asked: null,
    frozen: false,
    voters: new Map([[person('bea'), eligible('bea')]]),
    ...change,
  }
  return { kind: 'dispatch', digest, judgement }
}

function ask(): EventOf<'ask'> {
  const utterance = { id: 'u' as UtteranceId, kind: 'question', by: 'bea', text: safe`why?`, at: T0 } as const
  return { kind: 'ask', utterance, text: OTHER, eligibility: eligible('bea') }
}

/** The life after these events, one second apart. */
function after(life: Life, ...events: Event[]): Life {
  return events.reduce((now, event, index) => {
    const stepped = step(now, event, at(1_000 * (index + 1)))
    if ('code' in stepped) throw new Error(`${event.kind} was refused: ${stepped.code}`)
    return stepped.life
  }, life)
}

const code = (life: Life, event: Event, now = at(10_000)) => {
  const stepped = step(life, event, now)
  return 'code' in stepped ? stepped.code : stepped.life.state
}

const EVENTS: Readonly<Record<Exclude<EventKind, 'admit'>, Event>> = {
  approve: approve('bea'),
  deny: deny('bea'),
  ask: ask(),
  answer: { kind: 'answer', utterance: { ...ask().utterance, kind: 'answer', by: 'robot' }, text: OTHER },
  release: { kind: 'release' },
  withdraw: { kind: 'withdraw', why: 'requester' },
  expire: { kind: 'expire' },
  dispatch: dispatch(),
  settle: { kind: 'settle', outcome: 'succeeded', answer: null, body: null },
  recover: { kind: 'recover' },
}

const LIVES: Readonly<Record<State, Life>> = {
  waiting: held(),
  approved: after(held(), approve('bea')),
  dispatched: after(held(), approve('bea'), dispatch()),
  succeeded: after(held(), approve('bea'), dispatch(), {
    kind: 'settle',
    outcome: 'succeeded',
    answer: null,
    body: null,
  }),
  failed: after(held(), approve('bea'), dispatch(), {
    kind: 'settle',
    outcome: 'failed',
    answer: null,
    body: null,
  }),
  unknown: after(held(), approve('bea'), dispatch(), { kind: 'recover' }),
  refused: admitted({ kind: 'refuse', why: WHY, code: 'not-permitted' }),
  denied: after(held(), deny('bea')),
  expired: (() => {
    const stepped = step(held(), { kind: 'expire' }, at(WITHIN_MS))
    if ('code' in stepped) throw new Error('it does not expire')
    return stepped.life
  })(),
  withdrawn: after(held(), { kind: 'withdraw', why: 'client-gone' }),
}

describe('the transition table', () => {
  test.each(Object.entries(LIVES))(
    '%s is reached, and knows no event that the table does not',
    (state, life) => {
      expect(life.state).toBe(state)
      for (const [kind, event] of Object.entries(EVENTS)) {
        const leadsTo = TABLE[life.state][kind as EventKind]
        const now = kind === 'expire' ? at(WITHIN_MS) : at(10_000)
        const stepped = step(life, event, now)
        if (leadsTo === undefined) expect(stepped).toMatchObject({ kind: 'refusal' })
        else if (!('code' in stepped)) expect(leadsTo).toContain(stepped.life.state)
      }
    },
  )

  test('every move makes the next version and a leaf that says so', () => {
    const stepped = step(held(), approve('bea'), at(5))
    expect(stepped).toMatchObject({
      life: { version: 2, state: 'approved' },
      leaf: {
        v: 1,
        kind: 'moved',
        version: 2,
        event: 'approve',
        from: 'waiting',
        to: 'approved',
        by: 'bea',
        at: at(5),
      },
    })
  })

  test(claim('G7', 'core', 'a late click hears how the action ended, each in its own word'), () => {
    expect(
      [LIVES.denied, LIVES.expired, LIVES.withdrawn, LIVES.succeeded].map((life) =>
        code(life, approve('bea')),
      ),
    ).toEqual(['denied', 'expired', 'withdrawn', 'conflict'])
  })
})

describe('time', () => {
  test(
    claim(
      'A10',
      'core',
      'at the deadline itself it is over, for a click and a dispatch alike; one millisecond before it is not',
    ),
    () => {
      expect(code(held(), approve('bea'), at(WITHIN_MS))).toBe('expired')
      expect(code(held(), approve('bea'), at(WITHIN_MS - 1))).toBe('approved')
      expect(code(LIVES.approved, dispatch(), at(WITHIN_MS))).toBe('expired')
      expect(code(held(), { kind: 'expire' }, at(WITHIN_MS - 1))).toBe('conflict')
    },
  )

  test('an approved claim stays open to its caller for the claim window, however late it was approved', () => {
    const claimable = after(held(), { kind: 'release' })
    const stepped = step(claimable, approve('bea'), at(WITHIN_MS - 1))
    expect(stepped).toMatchObject({
      life: { wait: 'claimable', deadline: at(WITHIN_MS - 1 + CLAIM_WINDOW_MS) },
    })
  })
})

describe('votes', () => {
  test(claim('A1', 'core', 'who may not decide can neither approve, deny nor ask'), () => {
    const no: Eligibility = { kind: 'not-eligible', why: 'in-the-chain' }
    for (const event of [approve('ann'), deny('ann'), ask()])
      expect(code(held(), { ...event, eligibility: no })).toBe('not-eligible')
  })

  test(claim('G3', 'core', 'a vote about another digest does not count'), () => {
    const vote = approve('bea')
    expect(code(held(), { ...vote, decision: { ...vote.decision, digest: OTHER } })).toBe('stale-card')
  })

  test(
    claim('A2', 'core', 'one person in both groups fills one seat; the second has to be somebody else'),
    () => {
      const both = held({
        groups: [
          { group: group('reviewers'), approvals: 1 },
          { group: group('security'), approvals: 1 },
        ],
      })
      const once = after(both, approve('bea', ['reviewers', 'security']))
      expect(once.state).toBe('waiting')
      expect(code(once, approve('bea', ['reviewers', 'security']))).toBe('conflict')
      // Bea moves to the other seat, so that the one who sits for reviewers only still fits.
      expect(code(once, approve('cid', ['reviewers']))).toBe('approved')
      expect(code(once, approve('dot', ['security']))).toBe('approved')
    },
  )

  test('one eligible denial ends it, also after the quorum was met', () => {
    expect(code(held(), deny('bea'))).toBe('denied')
    expect(code(LIVES.approved, deny('cid'))).toBe('denied')
    expect(code(LIVES.dispatched, deny('cid'))).toBe('conflict')
  })

  test(claim('A6', 'core', 'a question and its answer change nothing of what is under review'), () => {
    const talked = after(held(), ask(), EVENTS.answer)
    expect(talked).toMatchObject({ state: 'waiting', thread: [{ kind: 'question' }, { kind: 'answer' }] })
    expect({ ...talked, thread: [], version: 1 }).toEqual(held())
  })

  test('a thread has an end', () => {
    const full = after(held({ withinMs: 10_000_000 }), ...Array.from({ length: THREAD_LIMIT }, ask))
    expect(code(full, ask(), at(50_000))).toBe('too-large')
  })
})

describe('a waiver', () => {
  const waiver = (uses: number, forMs: number): ApproveScope => ({ kind: 'waiver', uses, forMs })
  const two = { groups: [{ group: group('reviewers'), approvals: 2 }] } as const

  test(
    claim(
      'A8',
      'core',
      'is given only where every vote gives one, and then the least of them within what policy lets be waived',
    ),
    () => {
      const given = (...scopes: ApproveScope[]) =>
        waiverGiven(
          after(held(two), ...scopes.map((scope, index) => approve(`p${index}`, ['reviewers'], scope))),
        )
      expect(given(waiver(3, 1_000), waiver(2, 9_000))).toEqual({ uses: 2, forMs: 1_000 })
      expect(given(waiver(3, 1_000), { kind: 'once' })).toBeNull()
    },
  )

  test(claim('A8', 'core', 'that asks for more than policy lets be waived is no vote'), () => {
    for (const scope of [waiver(6, 1_000), waiver(1, 3_600_001), waiver(0, 1_000), waiver(1, 0)]) {
      expect(code(held(), approve('bea', ['reviewers'], scope))).toBe('not-permitted')
    }
    expect(code(held({ waivable: null }), approve('bea', ['reviewers'], waiver(1, 1)))).toBe('not-permitted')
  })

  test(claim('A8', 'core', 'of waivers is none: a change of Sallyport itself is approved once'), () => {
    const life = held()
    const facts = { ...ACTION.facts, kind: 'self', self: { change: 'waiver', subject: 'crm' } } as const
    const own = { ...life, action: { ...life.action, facts } }
    expect(code(own, approve('bea', ['reviewers'], waiver(1, 1_000)))).toBe('not-permitted')
    expect(code(own, approve('bea', ['reviewers'], { kind: 'once' }))).toBe('approved')
  })
})

describe('dispatch', () => {
  test(
    claim('G3', 'core', 'of other bytes than those approved is refused, and the approval is not spent'),
    () => {
      expect(code(LIVES.approved, dispatch({}, OTHER))).toBe('conflict')
    },
  )

  test(claim('G10', 'core', 'of something frozen is refused, and may follow when it is thawed'), () => {
    expect(code(LIVES.approved, dispatch({ frozen: true }))).toBe('frozen')
    expect(code(LIVES.approved, dispatch())).toBe('dispatched')
  })

  test.each<[string, Partial<Judgement>, State]>([
    ['refuses now: refused', { verdict: { kind: 'refuse', why: WHY, code: 'not-permitted' } }, 'refused'],
    ['allows now: sent', { verdict: { kind: 'allow', why: WHY } }, 'dispatched'],
    ['asks for no more than the votes: sent', {}, 'dispatched'],
    [
      'asks for more than the votes: held anew',
      {
        verdict: {
          kind: 'hold',
          why: WHY,
          terms: terms({ groups: [{ group: group('reviewers'), approvals: 2 }] }),
        },
      },
      'waiting',
    ],
    [
      'lost its voter: held anew',
      { voters: new Map([[person('bea'), { kind: 'not-eligible', why: 'no-right' }]]) },
      'waiting',
    ],
  ])(`${'policy that'} %s`, (_, judgement, state) => {
    expect(code(LIVES.approved, dispatch(judgement))).toBe(state)
  })

  test(claim('G4', 'core', 'happens once: nothing leads back from dispatched'), () => {
    expect(code(LIVES.dispatched, dispatch())).toBe('conflict')
    for (const to of Object.values(TABLE.dispatched).flat()) expect(TABLE[to]).toEqual({})
  })
})

describe('after a crash', () => {
  test(claim('G4', 'core', 'what was dispatched is unknown'), () => {
    expect(after(LIVES.dispatched, { kind: 'recover' })).toMatchObject({
      state: 'unknown',
      ended: { code: 'unknown-outcome' },
    })
  })

  test(
    claim('G6', 'core', 'nobody waits on a live hold any more, while parked and claimable ones go on'),
    () => {
      expect(code(held(), { kind: 'recover' })).toBe('withdrawn')
      expect(code(held({}, 'parked'), { kind: 'recover' })).toBe('conflict')
      expect(code(after(held(), { kind: 'release' }), { kind: 'recover' })).toBe('conflict')
    },
  )
})
