import { decideInBrowser } from '../client/decide.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'

export const approve = command({
  says: 'approve a held action, in the browser',
  usage: ['approve <id>'],
  flags: PLACE,
  words: { least: 1, most: 1 },
  run: ({ flags, words: [id = ''] }, terminal) => decideInBrowser(id, 'approve', flags, terminal),
})
