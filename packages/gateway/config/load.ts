import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { NonEmpty } from '@sallyport/core/given'
import { parseOrigin } from './address.ts'
import type { Configuration } from './configuration.ts'
import { readEnvironments } from './environments.ts'
import { fieldsOf, list, oneOf, type Read, text } from './fields.ts'
import { freeze } from './freeze.ts'
import { LISTENS_DEFAULT, readHost, readListens } from './listen.ts'
import { readGroups, readPeople } from './people.ts'
import type { Problem } from './problem.ts'
import { type Environments, readResources } from './resource.ts'
import { openSource, type Source } from './source.ts'
import { configFile, dataFolder, type Flags, type Surroundings } from './surroundings.ts'

export type Loading =
  | { readonly kind: 'loaded'; readonly file: string; readonly configuration: Configuration }
  /** All that is wrong, so that it is corrected in one go. Nothing of the file is in force. */
  | { readonly kind: 'rejected'; readonly file: string; readonly problems: NonEmpty<Problem> }

const KEYS = [
  'listen',
  'hosts',
  'consoleUrl',
  'data',
  'policies',
  'environments',
  'groups',
  'people',
  'resources',
  'changes',
] as const

/** Reads sallyport.yaml and what surrounds it: flags beat the environment, which beats the file, which beats the default. */
export async function loadConfiguration(flags: Flags, around: Surroundings): Promise<Loading> {
  const file = configFile(flags, around)
  let written: string
  try {
    written = await readFile(file, 'utf8')
  } catch (cause) {
    return rejected(file, [unreadable(file, cause)])
  }
  return readConfiguration(file, written, flags, around)
}

/** The same of a text that is already here. */
export function readConfiguration(
  file: string,
  written: string,
  flags: Flags,
  around: Surroundings,
): Loading {
  const source = openSource(file, written)
  const configuration = source.problems.length === 0 ? read(source, file, flags, around) : undefined
  const [first, ...others] = source.problems
  if (first !== undefined) return rejected(file, [first, ...others])
  if (configuration === undefined) throw new Error('a configuration was rejected without a reason')
  return { kind: 'loaded', file, configuration: freeze(configuration) }
}

function read(source: Source, file: string, flags: Flags, around: Surroundings): Configuration | undefined {
  const fields = fieldsOf('the configuration', KEYS, source.root, source)
  if (fields === undefined) return undefined
  const path = text(
    (value) => (value === '' ? undefined : resolve(dirname(file), value)),
    'no path',
    'name a folder',
  )
  const listen = fields.optional('listen', LISTENS_DEFAULT, readListens(file))
  const environments = fields.optional<Environments>('environments', new Map(), readEnvironments)
  const groups = fields.optional<Configuration['groups']>('groups', new Map(), readGroups)
  const people = fields.optional<Configuration['people']>('people', new Map(), readPeople(groups))
  const resources = fields.optional<Configuration['resources']>(
    'resources',
    new Map(),
    readResources(environments),
  )
  const httpHosts = fields.optional('hosts', [], list(readHost))
  const changes = fields.required('changes', oneOf(['unguarded']))
  const origin = fields.optional<string | null>('consoleUrl', null, readOrigin)
  const data = fields.optional<string | null>('data', null, path)
  const policyFolder = fields.optional('policies', resolve(dirname(file), 'policies'), path)
  const consoleUrl =
    consoleUrlOf(source, flags, around) ?? origin ?? `http://localhost:${listen.console.port}`
  if (changes === undefined) return undefined
  return {
    dataFolder: dataFolder(flags, around, data),
    policyFolder,
    consoleUrl,
    consoleListen: listen.console,
    httpListen: listen.http,
    httpHosts,
    people,
    groups,
    environments: new Set(environments.keys()),
    resources,
    changes,
  }
}

const ORIGIN_HELP = 'write scheme, host and port alone, `https://sallyport.example.com`'

const readOrigin: Read<string> = text(parseOrigin, 'this is no URL of the console', ORIGIN_HELP)

function consoleUrlOf(source: Source, flags: Flags, around: Surroundings): string | undefined {
  const said = flags.url ?? around.variable('SALLYPORT_URL')
  if (said === undefined) return undefined
  const origin = parseOrigin(said)
  const where = flags.url === undefined ? '`SALLYPORT_URL`' : '`--url`'
  return origin ?? source.complain(null, `${where} is no URL of the console`, ORIGIN_HELP)
}

function rejected(file: string, problems: NonEmpty<Problem>): Loading {
  return { kind: 'rejected', file, problems }
}

function unreadable(file: string, cause: unknown): Problem {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  return {
    file,
    line: 1,
    column: 1,
    message: missing ? 'there is no such file' : 'the file cannot be read',
    help: missing
      ? 'make one with `sallyport init`, or name another with `--config` or `SALLYPORT_CONFIG`'
      : 'check that it is a file and that the gateway may read it',
  }
}
