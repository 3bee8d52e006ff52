import { listWaivers, revokeWaiver } from '@sallyport/contract/routes/standings'
import type { StandingView } from '@sallyport/contract/standing'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import { neededWord, wordOf } from '../line/words.ts'
import { counted, leftUntil } from '../show/times.ts'

export const waivers = command({
  says: 'list waivers and bans, or revoke one',
  usage: ['waivers', 'waivers revoke <id>'],
  flags: PLACE,
  words: { least: 0, most: 2 },
  async run({ flags, words }, terminal) {
    if (words.length > 0) {
      wordOf(words[0], ['revoke'], 'what to do with waivers')
      const id = neededWord(words[1], 'the id of the waiver')
      const client = await clientFor(flags, 'person', terminal)
      await client.call(revokeWaiver, { params: { id } })
      if (flags.json) terminal.json({ id, revoked: true })
      else terminal.say(`${id} is revoked, from this moment.`)
      return 0
    }
    const client = await clientFor(flags, 'either', terminal)
    const { standings } = await client.call(listWaivers)
    if (flags.json) terminal.json({ standings })
    else if (standings.length === 0) terminal.say('No waiver and no ban is in force.')
    else for (const line of columns(standings.map((one) => row(one, Date.now())))) terminal.say(line)
    return 0
  },
})

function row(
  { id, kind, resource, usesLeft, until, by, from }: StandingView,
  now: number,
): readonly string[] {
  const uses = kind === 'waiver' ? counted(usesLeft, 'use') : '-'
  return [id, kind, resource, uses, leftUntil(until, now), `by ${by.join(', ')}`, `from ${from}`]
}
