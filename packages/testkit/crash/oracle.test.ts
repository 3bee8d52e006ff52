import { describe, expect, test } from 'vitest'
import type { Evidence, Seen } from './evidence.ts'
import { judge, type Rule } from './oracle.ts'

/** What a gateway that did everything right left behind: a change that was allowed, a held one with its approval, a claim. */
const SOUND: Evidence = {
  arrivals: [
    { name: 'n1', reads: false, run: 0 },
    { name: 'n2', reads: false, run: 0 },
    { name: 'n3', reads: false, run: 1 },
  ],
  heard: [
    { name: 'n1', action: 'act_1', answered: true },
    { name: 'n3', action: 'act_3', answered: false },
  ],
  words: [{ action: 'act_2', by: 'rita', says: 'approve' }],
  restarts: [
    {
      run: 1,
      before: [seen(2, 'dispatched', 'parked'), seen(3, 'approved', 'claimable'), seen(4, 'waiting', 'live')],
      after: [seen(2, 'unknown', 'parked'), seen(3, 'approved', 'claimable'), seen(4, 'withdrawn', 'live')],
    },
  ],
  actions: [
    seen(1, 'succeeded', 'none'),
    seen(2, 'unknown', 'parked'),
    seen(3, 'succeeded', 'claimable'),
    seen(4, 'withdrawn', 'live'),
  ],
  leaves: [
    allowed(1),
    held(2),
    moved(2, 'approve'),
    moved(2, 'dispatch'),
    held(3),
    moved(3, 'approve'),
    moved(3, 'dispatch'),
    held(4),
  ],
  checked: { kind: 'sound', checkpoint: {} as never, note: '', actions: { ended: 4, open: 0 } },
}

test('what a crash may do is no violation', () => {
  expect(judge(SOUND)).toEqual([])
})

describe('the oracle names', () => {
  const forged: readonly (readonly [Rule, string, Partial<Evidence>])[] = [
    [
      'a',
      'a change that arrived twice',
      { arrivals: [...SOUND.arrivals, { name: 'n1', reads: false, run: 0 }] },
    ],
    [
      'a',
      'a read that nobody asked for twice',
      { arrivals: [...SOUND.arrivals, ...twice({ name: 'n9', reads: true, run: 0 })] },
    ],
    [
      'b',
      'a change that the record does not know',
      { arrivals: [...SOUND.arrivals, { name: 'n9', reads: false, run: 0 }] },
    ],
    ['b', 'a held change without its dispatch', { leaves: without(moved(2, 'dispatch')) }],
    ['b', 'a held change without its approval', { leaves: without(moved(2, 'approve')) }],
    ['c', 'an answer that nobody recorded', { leaves: without(allowed(1)) }],
    ['c', 'an answer that names no action', { heard: [{ name: 'n1', action: null, answered: true }] }],
    ['d', 'a vote that was taken and is gone', { words: [{ action: 'act_3', by: 'sam', says: 'deny' }] }],
    [
      'd',
      'a handle of an action that is gone',
      { heard: [{ name: 'n9', action: 'act_9', answered: false }] },
    ],
    ['e', 'a live hold that is still open', after(4, 'waiting')],
    ['e', 'a claim that is gone', after(3, 'withdrawn')],
    [
      'e',
      'a claim that never ran',
      { actions: [...SOUND.actions.filter(({ name }) => name !== 'n3'), seen(3, 'approved', 'claimable')] },
    ],
    ['e', 'what was dispatched and is not unknown', after(2, 'approved')],
    [
      'e',
      'what was dispatched and was sent again',
      { arrivals: [...SOUND.arrivals, { name: 'n2', reads: false, run: 1 }] },
    ],
    [
      'f',
      'what was withdrawn and arrived',
      { arrivals: [...SOUND.arrivals, { name: 'n4', reads: false, run: 0 }] },
    ],
    [
      'g',
      'a record that was rolled back',
      { checked: { kind: 'unsound', wrong: 'rolled-back', leaf: null, says: 'shorter' } },
    ],
  ]
  test.each(forged)('%s: %s', (rule, _, forgery) => {
    expect(judge({ ...SOUND, ...forgery }).map((violation) => violation.rule)).toContain(rule)
  })
})

function seen(n: number, state: Seen['state'], wait: Seen['wait']): Seen {
  return { action: `act_${n}`, name: `n${n}`, state, wait }
}

function allowed(n: number): Evidence['leaves'][number] {
  return {
    kind: 'admitted',
    action: `act_${n}`,
    version: 1,
    to: 'dispatched',
    verdict: { kind: 'allow' },
    chain: ['olga'],
    digest: 'd',
  }
}

function held(n: number): Evidence['leaves'][number] {
  const groups = [{ group: 'reviewers' as never, approvals: 1 }] as const
  return {
    kind: 'admitted',
    action: `act_${n}`,
    version: 1,
    to: 'waiting',
    verdict: { kind: 'hold', groups },
    chain: ['olga'],
    digest: 'd',
  }
}

function moved(n: number, event: 'approve' | 'dispatch'): Evidence['leaves'][number] {
  const approves = event === 'approve'
  const by = approves ? 'rita' : null
  const [from, to] = approves ? (['waiting', 'approved'] as const) : (['approved', 'dispatched'] as const)
  const version = approves ? 2 : 3
  return {
    kind: 'moved',
    action: `act_${n}`,
    version,
    event,
    from,
    to,
    by,
    human: by,
    seats: [],
    proof: null,
    digest: null,
    verdict: null,
  }
}

function without(leaf: Evidence['leaves'][number]): Evidence['leaves'] {
  const text = JSON.stringify(leaf)
  return SOUND.leaves.filter((other) => JSON.stringify(other) !== text)
}

function after(n: number, state: Seen['state']): Partial<Evidence> {
  const restarts = SOUND.restarts.map((restart) => ({
    ...restart,
    after: restart.after.map((one) => (one.action === `act_${n}` ? { ...one, state } : one)),
  }))
  return { restarts }
}

function twice<T>(one: T): readonly T[] {
  return [one, one]
}
