import { withdrawAction } from '@sallyport/contract/routes/actions'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const withdraw = command({
  says: 'take back an action that has not run',
  usage: ['withdraw <id>'],
  flags: PLACE,
  words: { least: 1, most: 1 },
  async run({ flags, words: [id = ''] }, terminal) {
    const client = await clientFor(flags, 'person', terminal)
    const action = await client.call(withdrawAction, { params: { id } })
    if (flags.json) terminal.json(action)
    else terminal.say(`${id} is withdrawn: nothing ran.`)
    return 0
  },
})
