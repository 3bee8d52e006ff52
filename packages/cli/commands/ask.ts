import { askQuestion } from '@sallyport/contract/routes/holds'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const ask = command({
  says: 'ask the requester of a held action; the action does not change by it',
  usage: ['ask <id> <question>'],
  flags: PLACE,
  words: { least: 2, most: 2 },
  async run({ flags, words: [id = '', text = ''] }, terminal) {
    const client = await clientFor(flags, 'person', terminal)
    const action = await client.call(askQuestion, { params: { id }, body: { text } })
    if (flags.json) terminal.json(action)
    else terminal.say('Asked. The answer comes into the thread: ', `sallyport show ${id}`)
    return 0
  },
})
