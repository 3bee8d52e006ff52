import type { ActionView } from '@sallyport/contract/action'
import type { AgentView } from '@sallyport/contract/people'
import type { FreezeView, StandingView } from '@sallyport/contract/standing'
import type { Instant } from '@sallyport/core/given'
import type { Life, State } from '@sallyport/core/lifecycle/life'
import type { Standing } from '@sallyport/core/lifecycle/standing'
import type { Caller } from '@sallyport/core/people/caller'
import { REFUSALS } from '@sallyport/core/refusal/table'
import type { AgentRow, Freeze } from '../store/store.ts'

/**
 * What the API says of things. Each view names its fields one by one: a field that is added to a stored row must not be
 * published by that (nonce, claim key, sealed payload and hashes live in other rows, and the proof of a caller has an id).
 */
export function viewOf(life: Life): ActionView {
  const { action, why, terms, ended } = life
  return {
    id: action.id,
    version: life.version,
    state: life.state,
    wait: life.wait,
    resource: action.resource,
    environment: action.target.environments[0],
    effects: [...action.effects],
    says: action.says,
    command: {
      line: action.command.line,
      parameters: action.command.parameters.map(({ name, value }) => ({ name, value })),
    },
    datasets: [...action.facts.datasets],
    reason: action.reason,
    requester: requesterOf(action.caller),
    session: action.session,
    digest: action.digest,
    shape: action.shape,
    askedAt: time(action.askedAt),
    deadline: life.deadline === null ? null : time(life.deadline),
    why: { rules: [...why.rules], because: why.because, controls: [...why.controls] },
    judgedBy: { policy: life.judgedBy.policy, directory: life.judgedBy.directory },
    terms: terms === null ? null : termsOf(terms),
    votes: life.votes.map(({ by, seats, scope, at }) => ({
      by,
      seats: [...seats],
      scope: scope.kind,
      at: time(at),
    })),
    thread: life.thread.map(({ id, kind, by, text, at }) => ({ id, kind, by, text, at: time(at) })),
    waiver: life.waiver,
    ended:
      ended === null ? null : { code: ended.code, by: ended.by, at: time(ended.at), answer: ended.answer },
    advice: adviceOf(life),
  }
}

function requesterOf({ agents, owner, actsFor, run, model, proof }: Caller): ActionView['requester'] {
  return {
    agents: [...agents],
    owner,
    actsFor: [...actsFor],
    provedBy: proof.kind,
    ...(run === undefined ? {} : { run }),
    ...(model === undefined ? {} : { model }),
  }
}

function termsOf({ groups, reasonRequired, waivable }: NonNullable<Life['terms']>): ActionView['terms'] {
  return { groups: groups.map(({ group, approvals }) => ({ group, approvals })), reasonRequired, waivable }
}

const WAITS: readonly State[] = ['waiting', 'approved']

function adviceOf({ state, wait, ended }: Life): string | null {
  if (WAITS.includes(state)) {
    return wait === 'claimable' ? REFUSALS.held.advice : 'wait; ask for this action again with ?wait=30'
  }
  return ended?.code ? REFUSALS[ended.code].advice : null
}

export function standingView(standing: Standing): StandingView {
  const { id, kind, resource, shape, session, usesLeft, until, by, from } = standing
  return { id, kind, resource, shape, session, usesLeft, until: time(until), by: [...by], from }
}

export function freezeView({ id, scope, name, by, at, reason, lifted }: Freeze): FreezeView {
  return { id, scope, name, by, at: time(at), reason, lifted }
}

export function agentView({ id, owner, groups, createdAt, revoked }: AgentRow): AgentView {
  return { name: id, owner, groups: [...groups], createdAt: time(createdAt), revoked }
}

export function time(at: Instant): string {
  return new Date(at).toISOString()
}
