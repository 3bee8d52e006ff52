import type { PersonId } from '@sallyport/core/action/ids'
import type { Instant } from '@sallyport/core/given'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { Hold } from '../api/hold.ts'
import { type Html, html } from './html.ts'
import { moment } from './times.ts'

const ENDS: Readonly<Record<Exclude<Life['state'], 'waiting'>, string>> = {
  approved: 'Approved. It has not run yet.',
  dispatched: 'Approved and sent. The answer is not there yet.',
  succeeded: 'It ran.',
  failed: 'It did not run: the target was not reached.',
  unknown: 'Nobody knows whether it ran. Look at the target.',
  refused: 'Policy refused it.',
  denied: 'Denied. Nothing was sent.',
  expired: 'Nobody decided in time. Nothing was sent.',
  withdrawn: 'Withdrawn. Nothing was sent.',
}

/** How it stands once it no longer waits, and by whose word. The same on every copy of the card. */
export function result({ life, names }: Hold): Html | null {
  if (life.state === 'waiting') return null
  const { ended, votes } = life
  const name = (person: PersonId) => names.get(person) ?? person
  const words: Html[] = votes.map((vote) =>
    word(name(vote.by), vote.scope.kind === 'waiver' ? 'approved with a waiver' : 'approved', vote.at),
  )
  if (ended?.by) words.push(word(name(ended.by), 'denied', ended.at))
  else if (ended !== null) words.push(html`Ended ${moment(ended.at)}`)
  const look =
    life.state === 'succeeded' || life.state === 'approved' || life.state === 'dispatched' ? '' : 'stop'
  return html`<section class="note ${look} tight" role="status"><p><strong>${ENDS[life.state]}</strong></p>
${words.map((each) => html`<p class="soft small">${each}</p>`)}</section>`
}

function word(name: string, says: string, at: Instant): Html {
  return html`${name} ${says}, ${moment(at)}`
}
