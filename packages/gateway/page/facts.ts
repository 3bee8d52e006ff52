import type { Basis, Card, Counts, Named, Seat } from '@sallyport/core/card/card'
import type { SafeText } from '@sallyport/core/card/text'
import type { FactName } from '@sallyport/core/facts/facts'
import type { State } from '@sallyport/core/lifecycle/life'
import type { Signal } from '@sallyport/core/policy/verdict'
import { type Html, html, theirs } from './html.ts'
import { moment as momentOf, several } from './times.ts'

/** Everything that is known, as rows. What is not known says so; what is nothing is left out. */
export function facts({ basis, moment }: Card): Html {
  const { policy } = basis
  const rows = [
    row('Requester', requester(basis)),
    row('Their reason', [
      basis.reason === null
        ? html`<span class="soft">none given</span>`
        : html`<q>${theirs(basis.reason)}</q>`,
    ]),
    row('Target', [html`${basis.resource} <span class="soft">in ${basis.environment}</span>`]),
    row('Effects', [effects(basis)]),
    row('Datasets', texts(basis.datasets)),
    row('Labels', texts(basis.labels)),
    row('Goes to', basis.destination === null ? [] : [theirs(basis.destination)]),
    row('Impact', [html`unknown <span class="soft">— ${theirs(basis.impact.why)}</span>`]),
    row(
      'Signals',
      basis.signals.map((signal) => html`<span class="tag care">${SIGNALS[signal]}</span>`),
    ),
    row('This session', [counted(moment.history.session)]),
    row('Last 24 hours', [counted(moment.history.lastDay)]),
    row('Same action', same(moment.identicalWaiting)),
    row('Rule', [
      html`<code>${policy.rules.join(', ')}</code> <span class="soft">because</span> ${theirs(policy.because)}`,
    ]),
    row('Controls', texts(policy.controls)),
    row(
      'Approvals',
      moment.seats.map((each) => seat(each, moment.state === 'waiting')),
    ),
    row('Asked', [momentOf(basis.openedAt)]),
  ]
  return html`<section class="tight" aria-labelledby="known"><h2 id="known">What is known</h2><dl class="facts">${rows}</dl></section>`
}

function row(name: string, values: readonly Html[]): Html {
  if (values.length === 0) return html``
  return html`<div><dt>${name}</dt>${values.map((value) => html`<dd>${value}</dd>`)}</div>`
}

function requester({ requester }: Basis): readonly Html[] {
  const { agents, owner, actsFor, run, model } = requester
  const told = [
    ...(run === null ? [] : [html`run ${theirs(run.value)} <span class="soft">(${run.trust})</span>`]),
    ...(model === null
      ? []
      : [html`model ${theirs(model.value)} <span class="soft">(${model.trust})</span>`]),
  ]
  if (agents.length === 0) return [html`${theirs(owner.name)} <span class="soft">themself</span>`, ...told]
  return [
    html`${agents.join(' → ')} <span class="soft">an agent of</span> ${theirs(owner.name)}`,
    ...actsFor
      .filter(({ id }) => id !== owner.id)
      .map((person) => html`<span class="soft">for</span> ${theirs(person.name)}`),
    ...told,
  ]
}

const WEIGHTY: ReadonlySet<string> = new Set(['delete', 'grant', 'execute', 'export'])

function effects({ effects, understood, deferred, unbounded, rows, unknown }: Basis): Html {
  const tags = effects.map(
    (effect) => html`<span class="tag ${WEIGHTY.has(effect) ? 'stop' : ''}">${effect}</span>`,
  )
  const more = [
    ...(understood ? [] : ['not understood']),
    ...(deferred ? ['runs later or again'] : []),
    // Unknown counts as unbounded; on the card it is said once, as what it is.
    ...(unbounded && !unknown.includes('unbounded') ? ['without a limit'] : []),
    ...(typeof rows === 'number' && rows > 0 ? [`at most ${several(rows, 'row')}`] : []),
    ...(unknown.length === 0 ? [] : [`unknown: ${unknown.map((name) => UNKNOWN[name]).join(', ')}`]),
  ]
  return html`<span class="row">${tags}${more.map((text) => html`<span class="tag care">${text}</span>`)}</span>`
}

const UNKNOWN: Readonly<Record<FactName, string>> = {
  operation: 'which operation',
  datasets: 'which data',
  labels: 'what kind of data',
  destination: 'where it goes',
  rows: 'how many rows',
  deferred: 'whether it runs later',
  unbounded: 'whether it has a limit',
  'http.path': 'how the target reads its path',
  'http.query': 'how the target reads its query',
  'http.type': 'what its body is',
  'http.body': 'all that stands in its body',
}

function texts(all: readonly SafeText[]): readonly Html[] {
  return all.length === 0 ? [] : [html`${all.map((text) => html`<span>${theirs(text)}</span>`)}`]
}

const SIGNALS: Readonly<Record<Signal, string>> = {
  'first-seen': 'first of its kind from this requester',
  burst: 'many requests in a minute',
  'denied-before': 'denied before',
}

/** What became of what they asked for, the telling ends first. */
const TOLD: readonly (readonly [State, string])[] = [
  ['denied', 'denied'],
  ['refused', 'refused'],
  ['failed', 'failed'],
  ['unknown', 'of unknown outcome'],
  ['expired', 'expired'],
  ['withdrawn', 'withdrawn'],
  ['waiting', 'waiting'],
  ['approved', 'approved'],
  ['dispatched', 'running'],
  ['succeeded', 'succeeded'],
]

function counted(counts: Counts): Html {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (all === 0) return html`<span class="soft">nothing else</span>`
  const told = TOLD.flatMap(([state, word]) =>
    counts[state] === undefined ? [] : [`${counts[state]} ${word}`],
  )
  return html`${several(all, 'other action')}: ${told.join(', ')}`
}

function seat({ group, takenBy }: Seat, open: boolean): Html {
  return takenBy === null
    ? html`one of ${group} <span class="soft">${open ? 'is needed' : 'was not given'}</span>`
    : html`${by(takenBy)} <span class="soft">approved for ${group}</span>`
}

function by({ name }: Named): Html {
  return theirs(name)
}

function same(waiting: number): readonly Html[] {
  if (waiting === 0) return []
  return [html`${several(waiting, 'more')} waiting <span class="soft">— each wants its own approval</span>`]
}
