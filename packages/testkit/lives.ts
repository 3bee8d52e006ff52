import { hash } from 'node:crypto'
import type { Action } from '@sallyport/core/action/action'
import {
  type ActionId,
  type AgentId,
  type Digest,
  drawId,
  type EnvironmentId,
  type GroupId,
  type PersonId,
  type ResourceId,
  type Shape,
} from '@sallyport/core/action/ids'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { instant } from '@sallyport/core/given'
import type { Admit } from '@sallyport/core/lifecycle/event'
import type { Life } from '@sallyport/core/lifecycle/life'
import { open, type Step, step } from '@sallyport/core/lifecycle/step'
import type { Verdict } from '@sallyport/core/policy/verdict'
import { safe } from '@sallyport/core/redact/redacted'

/** Lives and leaves of plain actions, made by the transition table itself, for tests that only need some to store. */

const NOW = instant(1_760_000_000_000)
const WHY = { rules: ['reads'], link: null, effect: null, because: 'an example', controls: [] } as const
const HOLD: Verdict = {
  kind: 'hold',
  why: WHY,
  terms: {
    groups: [{ group: 'reviewers' as GroupId, approvals: 1 }],
    withinMs: 600_000,
    reasonRequired: false,
    waivable: null,
  },
}

export interface Told {
  readonly agents?: readonly string[]
  readonly owner?: string
  readonly resource?: string
  /** Minutes after the first. */
  readonly minute?: number
}

/** The same number is the same action. */
export function actionOf(
  n: number,
  { agents = ['robot'], owner = 'ann', resource = 'crm', minute = n }: Told = {},
): Action {
  const seed = digest(`action ${n}`)
  return {
    id: actionId(n),
    caller: {
      agents: agents as AgentId[],
      owner: owner as PersonId,
      actsFor: [],
      proof: { kind: 'agent-key', key: seed, madeBy: null },
    },
    session: drawId('ses', () => Buffer.from(seed, 'hex').subarray(0, 16)),
    resource: resource as ResourceId,
    target: { id: resource as ResourceId, kind: 'http', region: '', environments: ['prod' as EnvironmentId] },
    facts: { ...PLAIN_FACTS, kind: 'http', http: { ...NO_HTTP, method: 'GET', path: '/customers/{id}' } },
    effects: ['read'],
    digest: seed,
    shape: digest('shape') as string as Shape,
    says: safe`reads one customer`,
    command: { line: safe`GET /customers/7`, parameters: [] },
    reason: null,
    askedAt: instant(NOW + minute * 60_000),
  }
}

export function actionId(n: number): ActionId {
  return drawId('act', () => Buffer.from(digest(`id ${n}`), 'hex').subarray(0, 16))
}

export function held(n: number, told: Told = {}): Step {
  return open(admit(n, told, HOLD), NOW)
}

export function allowed(n: number, told: Told = {}): Step {
  return open(admit(n, told, { kind: 'allow', why: WHY }), NOW)
}

export function withdrawn(life: Life): Step {
  return took(step(life, { kind: 'withdraw', why: 'requester' }, NOW))
}

export function settled(life: Life): Step {
  return took(
    step(life, { kind: 'settle', outcome: 'succeeded', answer: { status: 200, bytes: 2 }, body: null }, NOW),
  )
}

function admit(n: number, told: Told, verdict: Verdict): Admit {
  return {
    kind: 'admit',
    action: actionOf(n, told),
    verdict,
    judgedBy: { policy: digest('policy'), directory: digest('directory') },
    circumstances: { hour: 9, signals: [], session: { labels: [], untrusted: false } },
    chain: [],
    wait: 'parked',
    reason: null,
  }
}

function took(result: ReturnType<typeof step>): Step {
  if ('code' in result) throw new Error(`the example was refused: ${result.code}`)
  return result
}

function digest(text: string): Digest {
  return hash('sha256', text) as Digest
}
