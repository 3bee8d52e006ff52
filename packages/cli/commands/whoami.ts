import { whoAmI } from '@sallyport/contract/routes/people'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const whoami = command({
  says: 'say who the gateway takes you for',
  usage: ['whoami'],
  flags: PLACE,
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const client = await clientFor(flags, 'either', terminal)
    const who = await client.call(whoAmI)
    if (flags.json) terminal.json({ ...who, url: client.url })
    else {
      terminal.say(sentence(who), ` at ${client.url}`)
      if (who.rights.length > 0) terminal.say(`rights: ${who.rights.join(', ')}`)
      if (who.kind === 'person') terminal.say('This token lists and asks. Decisions are made in the browser.')
    }
    return 0
  },
})

function sentence({
  kind,
  agent,
  person,
}: {
  kind: string
  agent: string | null
  person: string | null
}): string {
  if (kind === 'operator') return 'the operator, who runs the gateway and is nobody who asks or decides,'
  return agent === null ? `${person}` : `the agent ${agent}, for whom ${person} answers,`
}
