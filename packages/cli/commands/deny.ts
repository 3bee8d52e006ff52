import { decideInBrowser } from '../client/decide.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const deny = command({
  says: 'deny a held action, in the browser',
  usage: ['deny <id>'],
  flags: PLACE,
  words: { least: 1, most: 1 },
  run: ({ flags, words: [id = ''] }, terminal) => decideInBrowser(id, 'deny', flags, terminal),
})
