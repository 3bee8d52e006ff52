import { createHash } from 'node:crypto'
import { claim } from '@sallyport/testkit/claim'
import { describe, expect, test } from 'vitest'
import {
  type AgentId,
  type GroupId,
  type PersonId,
  parseDigest,
  parseDrawn,
  parseName,
} from '../action/ids.ts'
import { PLAIN_FACTS, ROWS_UNKNOWN } from '../facts/facts.ts'
import { NO_HTTP } from '../facts/http.ts'
import { instant } from '../given.ts'
import type { Life } from '../lifecycle/life.ts'
import type { Directory } from '../people/directory.ts'
import { redactText } from '../redact/redact.ts'
import type { Redacted } from '../redact/redacted.ts'
import { type Card, cardDigest } from './card.ts'
import { type Around, makeCard } from './make-card.ts'

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())
const text = (raw: string) => redactText(raw, 1000)

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not an id')
  return value
}
const person = (name: string): PersonId => known(parseName('person', name))
const group = (name: string): GroupId => known(parseName('group', name))
const agent: AgentId = known(parseName('agent', 'invoice-bot'))
const drawn = '0'.repeat(26)
const digest = (digit: string) => known(parseDigest(digit.repeat(64)))

const DIRECTORY: Directory = {
  people: new Map(
    ['ines', 'omar', 'wei'].map((id) => [
      person(id),
      { id: person(id), name: `${id} \u202e`, groups: [], sameAs: [] },
    ]),
  ),
  agents: new Map(),
  groups: new Map(),
}

const LIFE: Life = {
  action: {
    id: known(parseDrawn('act', `act_${drawn}`)),
    caller: {
      agents: [agent],
      owner: person('ines'),
      actsFor: [person('omar')],
      run: { value: 'run 7 password=hunter2', trust: 'claimed' },
      model: { value: 'a-model', trust: 'attested' },
      proof: { kind: 'agent-key', key: 'k1', madeBy: null },
    },
    session: known(parseDrawn('ses', `ses_${drawn}`)),
    resource: known(parseName('resource', 'customers')),
    target: {
      id: known(parseName('resource', 'customers')),
      kind: 'http',
      region: '',
      environments: [known(parseName('environment', 'prod'))],
    },
    facts: {
      ...PLAIN_FACTS,
      understood: false,
      unknown: ['rows'],
      rows: ROWS_UNKNOWN,
      labels: ['pii'],
      operation: 'DELETE /customers/{id}',
      datasets: ['customers'],
      destination: 'b\u00fccher.example',
      kind: 'http',
      http: { ...NO_HTTP, method: 'DELETE', path: '/customers/{id}' },
    },
    effects: ['delete'],
    digest: digest('a'),
    shape: digest('b') as never,
    says: text('deletes one customer'),
    command: { line: text('DELETE /customers/7'), parameters: [{ name: text('id'), value: text('7\r8') }] },
    reason: text('ticket 12, p\u0430y'),
    askedAt: instant(1000),
  },
  version: 1,
  state: 'waiting',
  wait: 'live',
  signals: ['first-seen'],
  why: {
    rules: ['hold-deletes'],
    link: agent,
    effect: 'delete',
    because: 'deletes in prod need two people',
    controls: ['SOC2:CC8.1'],
  },
  terms: {
    groups: [
      { group: group('data-owners'), approvals: 1 },
      { group: group('security'), approvals: 1 },
    ],
    withinMs: 60_000,
    reasonRequired: true,
    waivable: { uses: 5, forMs: 3_600_000 },
  },
  votes: [
    {
      by: person('wei'),
      human: person('wei'),
      seats: [group('security')],
      scope: { kind: 'once' },
      at: instant(2000),
    },
  ],
  thread: [
    {
      id: known(parseDrawn('utt', `utt_${drawn}`)),
      kind: 'question',
      by: 'wei',
      text: text('why\u200b?'),
      at: instant(1500),
    },
  ],
  deadline: instant(61_000),
  judgedBy: { policy: digest('c'), directory: digest('d') },
  waiver: null,
  ended: null,
}

const AROUND: Around = {
  history: { session: { succeeded: 3 }, lastDay: { succeeded: 40, denied: 1 } },
  identicalWaiting: 2,
}

const CUT = redactText('x '.repeat(500), 100)

function withParameter(value: Redacted): Life {
  return {
    ...LIFE,
    action: { ...LIFE.action, command: { line: text('x'), parameters: [{ name: text('a'), value }] } },
  }
}

const CARD = makeCard(LIFE, DIRECTORY, AROUND)

describe('the card of a held action', () => {
  test('tells who asks, for whom, and what of it is only claimed', () => {
    expect(CARD.basis.requester).toEqual({
      agents: ['invoice-bot'],
      owner: { id: 'ines', name: 'ines \\u{202e}' },
      actsFor: [{ id: 'omar', name: 'omar \\u{202e}' }],
      run: { value: 'run 7 password=‹hidden: password›', trust: 'claimed' },
      model: { value: 'a-model', trust: 'attested' },
      provedBy: 'agent-key',
    })
  })

  test('says unknown where nobody knows', () => {
    const { rows, understood, unknown, impact } = CARD.basis
    expect({ rows, understood, unknown, impact: impact.kind }).toEqual({
      rows: 'unknown',
      understood: false,
      unknown: ['rows'],
      impact: 'unknown',
    })
  })

  test('shows which seats are filled, and by whom', () => {
    expect(CARD.moment.seats).toEqual([
      { group: 'data-owners', takenBy: null },
      { group: 'security', takenBy: { id: 'wei', name: 'wei \\u{202e}' } },
    ])
  })

  test(
    claim('V4', 'core', 'every text on the card is safe text, and what looks like other text is pointed out'),
    () => {
      expect(JSON.stringify(CARD)).not.toMatch(/[\p{Cf}\p{Cc}]|hunter2/u)
      expect(CARD.basis.parameters).toEqual([{ name: 'id', value: '7\\u{d}8' }])
      expect(CARD.basis.warnings.map(({ kind }) => kind)).toEqual(['made-visible', 'mixed-scripts'])
    },
  )

  test.each([
    ['command', { ...LIFE, action: { ...LIFE.action, command: { line: CUT, parameters: [] } } }],
    ['parameter', withParameter(CUT)],
    ['reason', { ...LIFE, action: { ...LIFE.action, reason: CUT } }],
    ['thread', { ...LIFE, thread: LIFE.thread.map((said) => ({ ...said, text: CUT })) }],
  ])(claim('V4', 'core', 'a card says so when its %s was cut before it was stored'), (_what, life) => {
    expect(CARD.basis.whole).toBe(true)
    expect(makeCard(life, DIRECTORY, AROUND).basis.whole).toBe(false)
  })

  test('gives a person who fits two seats the one that nobody else can take', () => {
    const [vote] = LIFE.votes
    if (vote === undefined) throw new Error('no vote')
    const seats = [group('data-owners'), group('security')] as const
    const votes = [
      { ...vote, seats },
      { ...vote, by: person('omar'), human: person('omar'), seats: [group('data-owners')] as const },
    ]
    const { moment } = makeCard({ ...LIFE, votes }, DIRECTORY, AROUND)
    expect(moment.seats.map((seat) => seat.takenBy?.id)).toEqual(['omar', 'wei'])
  })
})

describe('the digest of a card', () => {
  const named = cardDigest(CARD, sha256)

  test('is the same for the same action, whatever passes meanwhile', () => {
    const later = makeCard(
      { ...LIFE, version: 2, wait: 'claimable', votes: [], deadline: instant(99_000) },
      DIRECTORY,
      { history: { session: {}, lastDay: {} }, identicalWaiting: 0 },
    )
    expect(cardDigest(later, sha256)).toBe(named)
  })

  test.each(leaves(CARD.basis))('differs when `%s` differs', (path) => {
    const basis = changed(CARD.basis, path.split('.')) as Card['basis']
    expect(cardDigest({ basis }, sha256)).not.toBe(named)
  })

  // Every part of the stored action that somebody could decide by must reach the basis, or the digest could not cover it.
  test.each([
    'action.id',
    'action.digest',
    'action.says',
    'action.command.line',
    'action.command.parameters.0.name',
    'action.command.parameters.0.value',
    'action.caller.agents.0',
    'action.caller.owner',
    'action.caller.actsFor.0',
    'action.caller.run.value',
    'action.caller.run.trust',
    'action.caller.model.value',
    'action.caller.proof.kind',
    'action.resource',
    'action.target.environments.0',
    'action.effects.0',
    'action.facts.operation',
    'action.facts.datasets.0',
    'action.facts.labels.0',
    'action.facts.destination',
    'action.facts.rows',
    'action.facts.deferred',
    'action.facts.unbounded',
    'action.facts.understood',
    'action.facts.unknown.0',
    'action.reason',
    'action.askedAt',
    'signals.0',
    'why.rules.0',
    'why.link',
    'why.effect',
    'why.because',
    'why.controls.0',
    'terms.groups.0.group',
    'terms.groups.0.approvals',
    'terms.waivable.uses',
    'terms.waivable.forMs',
    'thread.0.id',
    'thread.0.kind',
    'thread.0.by',
    'thread.0.text',
    'thread.0.at',
    'judgedBy.policy',
  ])('differs when `%s` of the stored action differs', (path) => {
    const life = changed(LIFE, path.split('.')) as Life
    expect(cardDigest(makeCard(life, DIRECTORY, AROUND), sha256)).not.toBe(named)
  })
})

/** The paths of everything in a value that is not a list or an object. */
function leaves(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return ['']
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member).map((rest) => (rest === '' ? key : `${key}.${rest}`)),
  )
}

/** A copy with another value at the end of the path. */
function changed(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) {
    return typeof value === 'number' ? value - 1 : typeof value === 'boolean' ? !value : `x${String(value)}`
  }
  if (value === null || typeof value !== 'object') throw new Error(`no \`${key}\` here`)
  const members = Object.entries(value).map(([name, member]: [string, unknown]): [string, unknown] => {
    return [name, name === key ? changed(member, rest) : member]
  })
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members)
}
