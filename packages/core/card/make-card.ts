import type { PersonId } from '../action/ids.ts'
import { ROWS_UNKNOWN } from '../facts/facts.ts'
import type { Life } from '../lifecycle/life.ts'
import { seating } from '../lifecycle/quorum.ts'
import { waivableOf } from '../lifecycle/standing.ts'
import type { Told } from '../people/caller.ts'
import type { Directory } from '../people/directory.ts'
import { isWhole, redactText, VALUE_LIMIT_CHARS } from '../redact/redact.ts'
import { type Redacted, safe } from '../redact/redacted.ts'
import type {
  Basis,
  Card,
  History,
  ListedCard,
  MatchedPolicy,
  Named,
  Requester,
  Seat,
  ShownTold,
} from './card.ts'
import { type SafeText, safeText } from './text.ts'
import { type TextWarning, WARNINGS_LIMIT, warningsOf } from './warnings.ts'

/** What a card says that is not stored with the action. */
export interface Around {
  readonly history: History
  readonly identicalWaiting: number
}

/** The card of an action as it stands now. */
export function makeCard(life: Life, directory: Directory, around: Around): Card {
  const { basis, moment } = listedCard(life, directory)
  return { basis, moment: { ...moment, ...around } }
}

/** The card as far as the life alone makes it: for lists, where nobody decides. */
export function listedCard(life: Life, directory: Directory): ListedCard {
  const { state, wait, deadline } = life
  return {
    basis: basisOf(life, directory),
    moment: { state, wait, expiresAt: deadline, seats: seatsOf(life, directory) },
  }
}

/** What a decision rests on, from nothing but the stored action and the names of people: every surface and replica makes the same. */
export function basisOf(life: Life, directory: Directory): Basis {
  const { action, terms, thread } = life
  const { facts, command } = action
  const destination = facts.destination === '' ? null : redacted(facts.destination)
  const written = [
    action.says,
    command.line,
    ...command.parameters.flatMap(({ name, value }) => [name, value]),
    ...(action.reason === null ? [] : [action.reason]),
    ...thread.map(({ text }) => text),
    redacted(facts.operation),
    ...facts.datasets.map(redacted),
    ...facts.labels.map(redacted),
    ...(destination === null ? [] : [destination]),
    ...[action.caller.run, action.caller.model].flatMap((told) =>
      told === undefined ? [] : [redacted(told.value)],
    ),
  ]
  return {
    action: action.id,
    digest: action.digest,
    says: safeText(action.says),
    command: safeText(command.line),
    parameters: command.parameters.map(({ name, value }) => ({
      name: safeText(name),
      value: safeText(value),
    })),
    requester: requesterOf(life, directory),
    resource: action.resource,
    environment: action.target.environments[0],
    effects: action.effects,
    operation: shown(facts.operation),
    datasets: facts.datasets.map(shown),
    labels: facts.labels.map(shown),
    destination: destination === null ? null : safeText(destination),
    rows: facts.rows === ROWS_UNKNOWN ? 'unknown' : facts.rows,
    deferred: facts.deferred,
    unbounded: facts.unbounded,
    understood: facts.understood,
    unknown: facts.unknown,
    policy: policyOf(life),
    signals: life.signals,
    reason: action.reason === null ? null : safeText(action.reason),
    asks: terms?.groups.map(({ group, approvals }) => ({ group, approvals })) ?? [],
    waivable: waivableOf(action, terms),
    thread: thread.map(({ id, kind, by, text, at }) => ({
      id,
      kind,
      by: shown(by),
      text: safeText(text),
      at,
    })),
    impact: { kind: 'unknown', why: safeText(safe`the target was not asked`) },
    openedAt: action.askedAt,
    whole: written.every(isWhole),
    warnings: warningsOfAll(written),
  }
}

function requesterOf({ action: { caller } }: Life, directory: Directory): Requester {
  return {
    agents: caller.agents,
    owner: named(caller.owner, directory),
    actsFor: caller.actsFor.map((person) => named(person, directory)),
    run: toldOf(caller.run),
    model: toldOf(caller.model),
    provedBy: caller.proof.kind,
  }
}

function policyOf({ why, judgedBy }: Life): MatchedPolicy {
  return {
    set: judgedBy.policy,
    rules: why.rules.map(shown),
    link: why.link,
    effect: why.effect,
    because: shown(why.because),
    controls: why.controls.map(shown),
  }
}

function seatsOf({ terms, votes }: Life, directory: Directory): readonly Seat[] {
  if (terms === null) return []
  return seating(terms.groups, votes).map(({ group, human }) => {
    // A human may have voted under another of their directory entries: that is the name people know.
    const voter = votes.find((vote) => vote.human === human)?.by
    return { group, takenBy: voter === undefined ? null : named(voter, directory) }
  })
}

function named(id: PersonId, directory: Directory): Named {
  return { id, name: shown(directory.people.get(id)?.name ?? id) }
}

/** The caller says this of itself: anything may stand there. */
function toldOf(told: Told | undefined): ShownTold | null {
  return told === undefined ? null : { value: shown(told.value), trust: told.trust }
}

function shown(text: string): SafeText {
  return safeText(redacted(text))
}

function redacted(text: string): Redacted {
  return redactText(text, VALUE_LIMIT_CHARS)
}

function warningsOfAll(texts: readonly Redacted[]): readonly TextWarning[] {
  const warnings = texts.flatMap((text) => warningsOf(text))
  const unique = new Map(warnings.map((warning) => [JSON.stringify(warning), warning]))
  return [...unique.values()].slice(0, WARNINGS_LIMIT)
}
