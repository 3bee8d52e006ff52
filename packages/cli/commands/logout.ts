import { forgetLogin } from '../client/logins.ts'
import { PLACE, placeOf } from '../client/place.ts'
import { command } from '../line/command.ts'

export const logout = command({
  says: 'forget who this command line speaks for',
  usage: ['logout'],
  flags: PLACE,
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const { url } = await placeOf(flags, terminal.around)
    const login = forgetLogin(url, terminal.around)
    if (flags.json) terminal.json({ url, forgotten: login?.person ?? null })
    else if (login === undefined) terminal.say(`Nobody was logged in at ${url}.`)
    else
      terminal.say(
        `Forgot the token of ${login.person} for ${url}. The gateway ends it on ${login.until.slice(0, 10)}.`,
      )
    return 0
  },
})
