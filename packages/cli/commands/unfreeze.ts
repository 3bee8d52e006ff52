import { unfreeze as unfreezeRoute } from '@sallyport/contract/routes/standings'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { Problem } from '../client/problem.ts'
import { command } from '../line/command.ts'
import { refused } from '../line/trouble.ts'
import { what } from './freeze.ts'

export const unfreeze = command({
  says: 'let it go on; takes a person who is present, in the browser',
  usage: ['unfreeze <id>'],
  flags: PLACE,
  words: { least: 1, most: 1 },
  async run({ flags, words: [id = ''] }, terminal) {
    const client = await clientFor(flags, 'person', terminal)
    try {
      const lifted = await client.call(unfreezeRoute, { params: { id } })
      if (flags.json) terminal.json(lifted)
      else terminal.say(`${what(lifted)} goes on.`)
      return 0
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.open === null) throw cause
      throw refused(
        'needs-presence',
        'what loosens takes a person who is present',
        `sign in at ${cause.open}`,
      )
    }
  },
})
