import {
  type ActionId,
  type Digest,
  drawId,
  type GroupId,
  parseName,
  type Shape,
} from '@sallyport/core/action/ids'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { instant } from '@sallyport/core/given'
import type { Admitted, Changed, Leaf, Moved } from '@sallyport/core/ledger/leaf'
import { encodeLeaf } from '@sallyport/core/ledger/leaf'
import type { Terms, Verdict } from '@sallyport/core/policy/verdict'
import { safe } from '@sallyport/core/redact/redacted'

/** Leaves of invented actions, for tests that read a record and have no gateway to write one. */

export const DIGEST = '4d'.repeat(32) as Digest
export const OWNER = named('person', 'olivia')
export const ACTS_FOR = named('person', 'ada')

const WHY = { rules: ['r1'], link: null, effect: null, because: 'a rule', controls: [] }
const JUDGED_BY = { policy: DIGEST, directory: DIGEST }

/** Admitted by this verdict; `hold` asks for this many approvals. */
export function admitted(
  action: ActionId,
  says: 'allow' | 'refuse' | number,
  change: Partial<Admitted> = {},
): Leaf {
  return {
    v: 1,
    at: instant(1_790_000_000_000),
    kind: 'admitted',
    action,
    version: 1,
    caller: {
      agents: [named('agent', 'robot')],
      owner: OWNER,
      actsFor: [ACTS_FOR],
      proof: { kind: 'agent-key', key: 'k1', madeBy: null },
    },
    chain: [OWNER, ACTS_FOR],
    session: drawId('ses', () => new Uint8Array(16)),
    resource: named('resource', 'shop'),
    target: {
      id: named('resource', 'crm'),
      kind: 'http',
      region: '',
      environments: [named('environment', 'prod')],
    },
    effects: ['write'],
    facts: { ...PLAIN_FACTS, kind: 'http', http: { ...NO_HTTP, method: 'POST', path: '/orders' } },
    digest: DIGEST,
    shape: DIGEST as string as Shape,
    circumstances: { hour: 12, signals: [], session: { labels: [], untrusted: false } },
    verdict: verdict(says),
    judgedBy: JUDGED_BY,
    wait: typeof says === 'number' ? 'parked' : 'none',
    to: says === 'allow' ? 'dispatched' : says === 'refuse' ? 'refused' : 'waiting',
    reason: null,
    ...change,
  }
}

/** One move; `change` makes it what the test is about. */
export function moved(
  action: ActionId,
  version: number,
  event: Moved['event'],
  from: Moved['from'],
  to: Moved['to'],
  change: Partial<Moved> = {},
): Leaf {
  const at = instant(1_790_000_000_000 + version)
  return { v: 1, at, kind: 'moved', action, version, event, from, to, wait: 'none', ...change }
}

export function approved(
  action: ActionId,
  version: number,
  by: string,
  to: Moved['to'],
  change: Partial<Moved> = {},
): Leaf {
  const human = named('person', by)
  const seats = ['reviewers' as GroupId]
  const scope = { kind: 'once' } as const
  const vote = { by, human, seats, digest: DIGEST, saw: DIGEST, proof: 'sign-in', scope } as const
  return moved(action, version, 'approve', 'waiting', to, { ...vote, ...change })
}

export function changed(name: string): Leaf {
  const change: Changed = {
    kind: 'changed',
    what: 'configuration',
    event: 'loaded',
    name,
    by: null,
    digest: DIGEST,
    unguarded: true,
    note: safe`a change`,
  }
  return { v: 1, at: instant(1_790_000_000_000), ...change }
}

export function actionId(number: number): ActionId {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(12, number)
  return drawId('act', () => bytes)
}

/** A number is how many reviewers have to approve. */
export function verdict(says: 'allow' | 'refuse' | number | Terms['groups']): Verdict {
  if (says === 'allow') return { kind: 'allow', why: WHY }
  if (says === 'refuse') return { kind: 'refuse', why: WHY, code: 'not-permitted' }
  const groups: Terms['groups'] =
    typeof says === 'number' ? [{ group: 'reviewers' as GroupId, approvals: says }] : says
  return {
    kind: 'hold',
    why: WHY,
    terms: { groups, withinMs: 60_000, reasonRequired: false, waivable: null },
  }
}

/** The leaves of an honest log: allowed, held, refused, denied and changed, each after the other as they come. */
export function history(leaves: number): Uint8Array[] {
  const all: Leaf[] = []
  for (let number = 0; all.length < leaves; number++)
    all.push(...(STORIES[number % STORIES.length]?.(actionId(number)) ?? []))
  return all.slice(0, leaves).map(encodeLeaf)
}

const STORIES: readonly ((action: ActionId) => readonly Leaf[])[] = [
  (action) => [admitted(action, 'allow'), moved(action, 2, 'settle', 'dispatched', 'succeeded')],
  (action) => [
    admitted(action, 2),
    approved(action, 2, 'rita', 'waiting'),
    approved(action, 3, 'raul', 'approved'),
    moved(action, 4, 'dispatch', 'approved', 'dispatched', { digest: DIGEST }),
    moved(action, 5, 'settle', 'dispatched', 'failed'),
  ],
  (action) => [admitted(action, 'refuse')],
  (action) => [changed(action)],
  (action) => [
    admitted(action, 1),
    moved(action, 2, 'deny', 'waiting', 'denied', {
      by: 'rita',
      human: named('person', 'rita'),
      digest: DIGEST,
      proof: 'sign-in',
    }),
  ],
]

function named<K extends Parameters<typeof parseName>[0]>(
  kind: K,
  text: string,
): NonNullable<ReturnType<typeof parseName<K>>> {
  const name = parseName(kind, text)
  if (name === undefined) throw new Error(`\`${text}\` is no name`)
  return name
}
