import { answerQuestion } from '@sallyport/contract/routes/holds'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const answer = command({
  says: 'answer a question about an action of yours; as its agent with SALLYPORT_TOKEN, or as a person of its chain',
  usage: ['answer <id> <answer>'],
  flags: PLACE,
  words: { least: 2, most: 2 },
  async run({ flags, words: [id = '', text = ''] }, terminal) {
    const client = await clientFor(flags, 'person', terminal)
    const action = await client.call(answerQuestion, { params: { id }, body: { text } })
    if (flags.json) terminal.json(action)
    else terminal.say('Answered. Whoever decides sees it in the thread.')
    return 0
  },
})
