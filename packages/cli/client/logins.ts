import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dataFolder, type Surroundings } from '@sallyport/gateway/config/surroundings'
import { Trouble } from '../line/trouble.ts'

/** What `login` was given. It lists and asks; it never decides, so that a thief of the file does neither (claim A3). */
export interface Login {
  readonly url: string
  readonly person: string
  readonly token: string
  readonly until: string
}

const FILE = 'logins.json'
const ANY_ACCESS_OF_OTHERS = 0o077

export function loginsFile(around: Surroundings): string {
  return join(dataFolder({}, around, null), FILE)
}

export function readLogins(around: Surroundings): readonly Login[] {
  const path = loginsFile(around)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  if ((stats.mode & ANY_ACCESS_OF_OTHERS) !== 0) {
    throw new Trouble(
      `\`${path}\` is open to others`,
      `make it yours alone: chmod 600 ${path}; then log in again`,
    )
  }
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (Array.isArray(content) && content.every(isLogin)) return content
  } catch {
    // Not JSON is answered below like every other content that is not ours.
  }
  throw new Trouble(`\`${path}\` is no file of logins`, 'delete it and log in again')
}

export function keepLogin(login: Login, around: Surroundings): void {
  write([...readLogins(around).filter(({ url }) => url !== login.url), login], around)
}

export function forgetLogin(url: string, around: Surroundings): Login | undefined {
  const logins = readLogins(around)
  const found = logins.find((login) => login.url === url)
  if (found !== undefined)
    write(
      logins.filter((login) => login !== found),
      around,
    )
  return found
}

/** Whole or not at all, and the owner's alone from the first byte. */
function write(logins: readonly Login[], around: Surroundings): void {
  const path = loginsFile(around)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.unfinished`
  writeFileSync(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600, flush: true })
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}

function isLogin(value: unknown): value is Login {
  if (typeof value !== 'object' || value === null) return false
  const { url, person, token, until } = value as Partial<Record<keyof Login, unknown>>
  return [url, person, token, until].every((part) => typeof part === 'string')
}
