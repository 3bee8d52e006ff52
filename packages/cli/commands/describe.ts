import { createHash } from 'node:crypto'
import { parseName } from '@sallyport/core/action/ids'
import { type FactName, type Facts, PLAIN_FACTS, ROWS_UNKNOWN } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { describeHttp, type HttpTarget } from '@sallyport/describe/http/describe'
import { parseRequestText } from '@sallyport/describe/http/text'
import type { PlaceFlags } from '../client/place.ts'
import { command } from '../line/command.ts'
import { eachText } from '../line/input.ts'
import type { Terminal } from '../line/terminal.ts'
import { refused } from '../line/trouble.ts'
import { neededWord, wordOf } from '../line/words.ts'
import { configured, HERE } from '../local/configured.ts'

/** What could not be read touches anything, for all that anybody knows. */
const EVERYTHING: readonly FactName[] = [
  'operation',
  'datasets',
  'labels',
  'destination',
  'rows',
  'deferred',
  'unbounded',
  'http.path',
  'http.query',
  'http.type',
  'http.body',
]

export const describe = command({
  says: 'what a command would do, without running it',
  usage: [
    "describe --kind http 'GET /customers/7'",
    "describe --kind http --resource crm 'GET /exports/customers'",
    'describe --kind http $\'POST /customers\\nContent-Type: application/json\\n\\n{"name":"Ann"}\'',
    'describe --kind http --stdin',
  ],
  flags: {
    ...HERE,
    kind: { takes: 'kind', says: 'http: a request line, or a whole request with headers and body' },
    resource: { takes: 'name', says: 'a resource of the configuration, with its routes' },
    stdin: { says: 'one JSON string a line in, one JSON object a line out' },
  },
  words: { least: 0, most: 1 },
  async run({ flags, words }, terminal) {
    wordOf(neededWord(flags.kind, '`--kind <kind>`'), ['http'], 'a kind that this build describes')
    const target = flags.resource === undefined ? null : await targetOf(flags.resource, flags, terminal)
    const line = (text: string): string => JSON.stringify(described(text, target))
    return eachText({ stdin: flags.stdin, words }, line, terminal)
  },
})

function described(text: string, target: Described | null) {
  const written = parseRequestText(text, target?.credential?.header ?? null, sha256)
  if (written.kind === 'unclear') {
    return { effects: ['execute'], facts: NOT_UNDERSTOOD, says: `Cannot be understood: ${written.why}` }
  }
  const { effects, facts, says } = describeHttp(written.message, target ?? SOME_RESOURCE, written.bytes)
  const assumed = [...(target === null ? [NO_ROUTES] : []), ...written.assumed]
  return { effects, facts, says, ...(assumed.length === 0 ? {} : { assumed }) }
}

/** What the configuration says of a resource, as far as a description rests on it. */
type Described = HttpTarget & { readonly credential: { readonly header: string } | null }

const NO_ROUTES = 'no route of the resource is known: each segment after the first counts as a value'

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

const NOT_UNDERSTOOD: Facts = {
  ...PLAIN_FACTS,
  kind: 'http',
  understood: false,
  unknown: EVERYTHING,
  rows: ROWS_UNKNOWN,
  deferred: true,
  unbounded: true,
  http: NO_HTTP,
}

const SOME_RESOURCE: HttpTarget = { id: named('resource'), address: { hostname: '' }, routes: [] }

async function targetOf(name: string, flags: Partial<PlaceFlags>, { around }: Terminal): Promise<Described> {
  const { file, configuration } = await configured(flags, around)
  const resource = configuration.resources.get(named(name))
  if (resource !== undefined) return resource
  const known = [...configuration.resources.keys()].join(', ')
  throw refused('unknown-resource', `\`${file}\` has no resource \`${name}\``, `it has ${known || 'none'}`)
}

function named(name: string): HttpTarget['id'] {
  const id = parseName('resource', name)
  if (id === undefined) throw refused('unknown-resource', `\`${name}\` is no name of a resource`)
  return id
}
