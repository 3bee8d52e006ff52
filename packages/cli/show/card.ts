import type { CardView, HoldView } from '@sallyport/contract/hold'
import { indented } from '../line/shown.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { ago, counted, leftUntil } from './times.ts'

const LABEL_CHARS = 10

/** A held action as a reviewer reads it: what it would do, the command itself, everything that is known, what was said. */
export function showCard({ action, card, whyNot }: HoldView, now: number, terminal: Terminal): void {
  const row = (label: string, text: string): void =>
    terminal.say('  ', paint('dim', label.padEnd(LABEL_CHARS)), indented(text, LABEL_CHARS + 2))
  terminal.say(paint('bold', card.says))
  terminal.say(`  ${indented(card.command, 2)}`)
  for (const { name, value } of card.parameters) terminal.say(`  ${name}: ${indented(value, 4)}`)
  for (const warning of card.warnings) terminal.say('  ', paint('yellow', `! ${warning}`))
  if (!card.whole)
    terminal.say('  ', paint('yellow', '! A part was cut before it was stored: nobody can see it.'))
  terminal.say()
  row('asked by', requester(card))
  row('on', `${card.resource} (${card.environment})`)
  row('effects', effects(card))
  row('data', data(card))
  row('impact', `${card.impact.kind}: ${card.impact.why}`)
  row('held', `${card.policy.because} (${[...card.policy.rules, ...card.policy.controls].join(', ')})`)
  row('reason', card.reason ?? 'none was given')
  if (card.signals.length > 0) row('signals', card.signals.join(', '))
  row(
    'before',
    `${counts(card.history.session)} in this session, ${counts(card.history.lastDay)} in 24 hours`,
  )
  row(
    'needs',
    card.seats.map(({ group, takenBy }) => `${group}: ${takenBy?.name ?? 'open'}`).join(', ') || 'nobody',
  )
  row('time', card.expiresAt === null ? 'no limit' : leftUntil(card.expiresAt, now))
  for (const { kind, by, text, at } of card.thread) {
    row(kind, `${by}, ${ago(at, now)}: ${text}`)
  }
  row('state', card.state)
  row('id', action.id)
  if (whyNot !== null) row('you', whyNot)
}

function requester({ requester }: CardView): string {
  const { agents, owner, actsFor, model, run } = requester
  const forWhom = actsFor.filter(({ id }) => id !== owner.id).map(({ name }) => name)
  return [
    agents.length === 0 ? owner.name : `${agents.join(' > ')}, whose owner is ${owner.name}`,
    ...(forWhom.length === 0 ? [] : [`for ${forWhom.join(', ')}`]),
    ...(model === null ? [] : [`model ${model.value} (${model.trust})`]),
    ...(run === null ? [] : [`run ${run.value} (${run.trust})`]),
  ].join(', ')
}

function effects({ effects, understood, deferred, unbounded }: CardView): string {
  return [
    effects.join(', '),
    ...(understood ? [] : ['not understood']),
    ...(deferred ? ['runs later or again'] : []),
    ...(unbounded ? ['without a limit to what it touches'] : []),
  ].join('; ')
}

function data({ datasets, labels, destination, unknown }: CardView): string {
  return [
    datasets.length === 0 ? 'no dataset named' : datasets.join(', '),
    ...(labels.length === 0 ? [] : [`labelled ${labels.join(', ')}`]),
    ...(destination === null ? [] : [`to ${destination}`]),
    ...(unknown.length === 0 ? [] : [`unknown: ${unknown.join(', ')}`]),
  ].join('; ')
}

function counts(of: CardView['history']['session']): string {
  const parts = Object.entries(of).map(([state, count]) => `${count} ${state}`)
  return parts.length === 0 ? counted(0, 'action') : parts.join(', ')
}
