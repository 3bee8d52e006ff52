import type { AgentView } from '@sallyport/contract/people'
import { createAgent, listAgents, revokeAgent, rotateKey } from '@sallyport/contract/routes/people'
import type { Client } from '../client/client.ts'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import type { Terminal } from '../line/terminal.ts'
import { usage } from '../line/trouble.ts'
import { neededWord, wordOf } from '../line/words.ts'

const VERBS = ['create', 'list', 'rotate', 'revoke'] as const

export const agent = command({
  says: 'create, list, rotate and revoke agents',
  usage: [
    'agent create <name> --owner <person> [--group <group>]…',
    'agent list',
    'agent rotate <name>',
    'agent revoke <name>',
  ],
  flags: {
    ...PLACE,
    owner: { takes: 'person', says: 'who answers for it, and so never decides what it asks' },
    group: { takes: 'group', many: true, says: 'a group that it is in; may be repeated' },
  },
  words: { least: 1, most: 2 },
  async run({ flags, words }, terminal) {
    const verb = wordOf(words[0], VERBS, 'what to do with agents')
    if (verb !== 'create' && (flags.owner !== undefined || flags.group.length > 0)) {
      throw usage('`--owner` and `--group` are for `agent create`', 'leave them out')
    }
    if (verb === 'list') {
      if (words.length > 1) throw usage('`agent list` takes no name', 'leave it out')
      return list(await clientFor(flags, 'either', terminal), flags.json, terminal)
    }
    const name = neededWord(words[1], 'the name of the agent')
    const owner = verb === 'create' ? neededWord(flags.owner, '`--owner <person>`') : ''
    const client = await clientFor(flags, 'operator', terminal)
    switch (verb) {
      case 'create':
        return showKey(
          await client.call(createAgent, { body: { name, owner, groups: flags.group } }),
          flags.json,
          terminal,
        )
      case 'rotate':
        return showKey(await client.call(rotateKey, { params: { name } }), flags.json, terminal)
      case 'revoke':
        await client.call(revokeAgent, { params: { name } })
        if (flags.json) terminal.json({ name, revoked: true })
        else terminal.say(`${name} is revoked: none of its keys proves anything any more.`)
        return 0
    }
  },
})

/** The key alone on standard output, so that `KEY=$(sallyport agent create …)` has it and nothing else. */
function showKey(
  made: { readonly name: string; readonly key: string },
  asJson: boolean,
  terminal: Terminal,
): number {
  if (asJson) terminal.json(made)
  else {
    terminal.note(`The key of ${made.name}. It is shown once and never kept:`)
    terminal.say(made.key)
  }
  return 0
}

async function list(client: Client, asJson: boolean, terminal: Terminal): Promise<number> {
  const { agents } = await client.call(listAgents)
  if (asJson) terminal.json({ agents })
  else if (agents.length === 0) terminal.say('There is no agent. Make one with `sallyport agent create`.')
  else
    for (const line of columns([['AGENT', 'OWNER', 'SINCE', 'GROUPS'], ...agents.map(row)]))
      terminal.say(line)
  return 0
}

function row({ name, owner, groups, createdAt, revoked }: AgentView): readonly string[] {
  return [name, owner, createdAt.slice(0, 10), revoked ? 'revoked' : groups.join(', ') || '-']
}
