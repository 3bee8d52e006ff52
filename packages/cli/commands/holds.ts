import type { ListedHoldView } from '@sallyport/contract/hold'
import { listHolds } from '@sallyport/contract/routes/holds'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import { leftUntil } from '../show/times.ts'

export const holds = command({
  says: 'what waits for you',
  usage: ['holds'],
  flags: PLACE,
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const client = await clientFor(flags, 'person', terminal)
    const { holds, more } = await client.call(listHolds)
    const now = Date.now()
    if (flags.json) terminal.json({ holds, more })
    else if (holds.length === 0) terminal.say('Nothing waits for you.')
    else for (const line of columns(holds.map((hold) => row(hold, now)))) terminal.say(line)
    if (more > 0 && !flags.json) terminal.note(`and ${more.toLocaleString('en')} more`)
    return 0
  },
})

function row({ action, card }: ListedHoldView, now: number): readonly string[] {
  const asker = card.requester.agents.at(-1) ?? card.requester.owner.name
  const left = card.expiresAt === null ? '' : leftUntil(card.expiresAt, now)
  return [action.id, asker, `${card.resource} (${card.environment})`, left, oneLine(card.says)]
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}
