import { readFileSync } from 'node:fs'
import type { Surroundings } from '@sallyport/gateway/config/surroundings'
import { operatorTokenFile } from '@sallyport/gateway/identity/operator'
import { refused } from '../line/trouble.ts'
import { readLogins } from './logins.ts'
import type { Place } from './place.ts'

/** For whom a command speaks: a person, whoever runs the gateway, or either of them, the person first. */
export type Speaker = 'person' | 'operator' | 'either'

/** The token to speak with. `SALLYPORT_TOKEN` beats both files, so that an agent's key can be handed in. */
export function proofFor(speaker: Speaker, place: Place, around: Surroundings): string {
  const given = around.variable('SALLYPORT_TOKEN')
  if (given !== undefined) return given
  const person = speaker === 'operator' ? undefined : loginAt(place.url, around)
  const operator = speaker === 'person' ? undefined : operatorToken(place.dataFolder)
  const token = person ?? operator
  if (token !== undefined) return token
  throw refused('not-authenticated', `nobody is logged in at ${place.url}`, HELP[speaker])
}

const HELP = {
  person: 'log in with `sallyport login`, or set SALLYPORT_TOKEN',
  operator:
    'run this on the machine of the gateway, as its user, with `--data` if its data folder is not the default',
  either:
    'log in with `sallyport login`, set SALLYPORT_TOKEN, or run this on the machine of the gateway with `--data`',
} as const

function loginAt(url: string, around: Surroundings): string | undefined {
  return readLogins(around).find((login) => login.url === url)?.token
}

/** Absent or not ours to read is the same here: this is then not the machine, or not the user, of the gateway. */
function operatorToken(dataFolder: string): string | undefined {
  try {
    return readFileSync(operatorTokenFile(dataFolder), 'utf8').trim()
  } catch {
    return undefined
  }
}
