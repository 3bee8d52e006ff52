import { setTimeout as pause } from 'node:timers/promises'
import { beginPairing, makeSignInLink, pollPairing } from '@sallyport/contract/routes/people'
import { openClient } from '../client/client.ts'
import { keepLogin, loginsFile } from '../client/logins.ts'
import { clientFor } from '../client/open.ts'
import { PLACE, type PlaceFlags, placeOf } from '../client/place.ts'
import { openInBrowser } from '../line/browser.ts'
import { command } from '../line/command.ts'
import { paint, type Terminal } from '../line/terminal.ts'

const POLL_PAUSE_MS = 1_000

export const login = command({
  says: 'connect this command line to a person, or make a sign-in link',
  usage: ['login', 'login --link <person>'],
  flags: {
    ...PLACE,
    link: { takes: 'person', says: 'make a link by which this person signs in, once; as the operator' },
  },
  words: { least: 0, most: 0 },
  run: ({ flags }, terminal) =>
    flags.link === undefined ? pair(flags, terminal) : makeLink(flags.link, flags, terminal),
})

type LoginFlags = PlaceFlags & { readonly json: boolean }

/** Shows the words and waits until the person has compared and confirmed them in a browser where they are signed in. */
async function pair(flags: LoginFlags, terminal: Terminal): Promise<number> {
  const { url } = await placeOf(flags, terminal.around)
  const client = openClient(url, null)
  const begun = await client.call(beginPairing)
  terminal.note('Open this page, and connect if it shows the same words:')
  terminal.note()
  terminal.note('  ', paint('bold', begun.code))
  terminal.note(`  ${begun.url}`)
  terminal.note()
  openInBrowser(begun.url, terminal)
  for (;;) {
    const paired = await client.call(pollPairing, { params: { secret: begun.secret } })
    if (paired.state === 'paired') {
      const { person, token, until } = paired
      keepLogin({ url, person, token, until }, terminal.around)
      if (flags.json) terminal.json({ url, person, until, file: loginsFile(terminal.around) })
      else
        terminal.say(
          `Logged in as ${person}, until ${until.slice(0, 10)}. This lists and asks; it never decides.`,
        )
      return 0
    }
    await pause(POLL_PAUSE_MS)
  }
}

async function makeLink(person: string, flags: LoginFlags, terminal: Terminal): Promise<number> {
  const client = await clientFor(flags, 'operator', terminal)
  const link = await client.call(makeSignInLink, { body: { person } })
  if (flags.json) terminal.json(link)
  else {
    terminal.note(
      `Hand this to ${person} and to nobody else. It works once, until ${link.until.slice(11, 16)} UTC.`,
    )
    terminal.say(link.url)
  }
  return 0
}
