import type { ActionView } from '@sallyport/contract/action'
import { indented } from '../line/shown.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { ago, counted } from './times.ts'

const LABEL_CHARS = 10

/** What has become of an action, whether it was held or not. */
export function showAction(action: ActionView, now: number, terminal: Terminal): void {
  const row = (label: string, text: string): void =>
    terminal.say('  ', paint('dim', label.padEnd(LABEL_CHARS)), indented(text, LABEL_CHARS + 2))
  terminal.say(paint('bold', action.says))
  terminal.say(`  ${indented(action.command.line, 2)}`)
  terminal.say()
  row(
    'asked by',
    `${action.requester.agents.join(' > ') || action.requester.owner}, ${ago(action.askedAt, now)}`,
  )
  row('on', `${action.resource} (${action.environment})`)
  row('effects', action.effects.join(', '))
  row('policy', `${action.why.because} (${action.why.rules.join(', ') || 'no policy permits it'})`)
  row('reason', action.reason ?? 'none was given')
  for (const { by, seats, at } of action.votes)
    row('approved', `by ${by} for ${seats.join(', ')}, ${ago(at, now)}`)
  for (const { kind, by, text, at } of action.thread) row(kind, `${by}, ${ago(at, now)}: ${text}`)
  row('state', outcome(action))
  if (action.advice !== null) row('next', action.advice)
  row('id', action.id)
}

/** The state in one line, with what came of it. */
export function outcome({ state, ended }: ActionView): string {
  if (ended === null) return state
  const by = ended.by === null ? '' : ` by ${ended.by}`
  const code = ended.code === null || ended.code === state ? '' : ` (${ended.code})`
  const answer =
    ended.answer === null
      ? ''
      : `, the target answered ${ended.answer.status} with ${counted(ended.answer.bytes, 'byte')}${cutAt(ended.answer.cut)}`
  return `${state}${by}${code}${answer}`
}

function cutAt(cut: string | undefined): string {
  return cut === undefined ? '' : `, cut at its cap of ${cut}`
}
