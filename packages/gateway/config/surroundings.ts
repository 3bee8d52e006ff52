import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** What surrounds the process. Only here does the gateway look; everybody else is handed what was found. */
export interface Surroundings {
  /** A variable that is set to nothing is not set. */
  readonly variable: (name: string) => string | undefined
  readonly home: string
  readonly folder: string
}

export function surroundings(): Surroundings {
  return {
    variable: (name) => process.env[name] || undefined,
    home: homedir(),
    folder: process.cwd(),
  }
}

/** What the command line said. */
export interface Flags {
  readonly config?: string
  readonly data?: string
  readonly url?: string
}

const CONFIG_NAME = 'sallyport.yaml'

export function configFile(flags: Flags, around: Surroundings): string {
  return resolve(around.folder, flags.config ?? around.variable('SALLYPORT_CONFIG') ?? CONFIG_NAME)
}

/** `written` is the file's own word, already resolved against its folder. */
export function dataFolder(flags: Flags, around: Surroundings, written: string | null): string {
  const said = flags.data ?? around.variable('SALLYPORT_DATA')
  if (said !== undefined) return resolve(around.folder, said)
  if (written !== null) return written
  // systemd lists several folders with colons; the first is the unit's own.
  const [state] = around.variable('STATE_DIRECTORY')?.split(':') ?? []
  if (state !== undefined) return resolve(state)
  const home = around.variable('XDG_STATE_HOME') ?? join(around.home, '.local', 'state')
  return resolve(home, 'sallyport')
}
