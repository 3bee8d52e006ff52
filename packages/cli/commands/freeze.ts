import { freeze as freezeRoute, listFreezes } from '@sallyport/contract/routes/standings'
import type { FreezeView } from '@sallyport/contract/standing'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import { usage } from '../line/trouble.ts'
import { neededWord, wordOf } from '../line/words.ts'

const SCOPES = ['agent', 'resource', 'everything', 'list'] as const

export const freeze = command({
  says: 'stop an agent, a resource or everything, now',
  usage: [
    'freeze agent <name> --reason <why>',
    'freeze resource <name> --reason <why>',
    'freeze everything --reason <why>',
    'freeze list',
  ],
  flags: { ...PLACE, reason: { takes: 'why', says: 'for whoever finds it frozen' } },
  words: { least: 1, most: 2 },
  async run({ flags, words }, terminal) {
    const scope = wordOf(words[0], SCOPES, 'what to freeze')
    if (scope === 'list') {
      const client = await clientFor(flags, 'either', terminal)
      const { freezes } = await client.call(listFreezes)
      if (flags.json) terminal.json({ freezes })
      else if (freezes.length === 0) terminal.say('Nothing is frozen.')
      else for (const line of columns(freezes.map(row))) terminal.say(line)
      return 0
    }
    const name = scope === 'everything' ? undefined : neededWord(words[1], `the name of the ${scope}`)
    if (scope === 'everything' && words.length > 1)
      throw usage('`freeze everything` takes no name', 'leave it out')
    const reason = neededWord(flags.reason, '`--reason <why>`')
    const client = await clientFor(flags, 'person', terminal)
    const body = { scope, reason, ...(name === undefined ? {} : { name }) }
    const frozen = await client.call(freezeRoute, { body })
    if (flags.json) terminal.json(frozen)
    else
      terminal.say(
        `${what(frozen)} is frozen (${frozen.id}). Lifting it takes somebody who may operate the gateway.`,
      )
    return 0
  },
})

export function what({ scope, name }: Pick<FreezeView, 'scope' | 'name'>): string {
  return scope === 'everything' ? 'Everything' : `The ${scope} ${name}`
}

function row(freeze: FreezeView): readonly string[] {
  return [freeze.id, what(freeze), `by ${freeze.by}`, freeze.at.slice(0, 16).replace('T', ' '), freeze.reason]
}
