import { validateHeaderName } from 'node:http'
import type { EnvironmentId, ResourceId } from '@sallyport/core/action/ids'
import { parseDurationMs } from '@sallyport/core/duration'
import type { Node } from 'yaml'
import { parseReference } from '../secrets/reference.ts'
import { REFERENCE_HELP } from '../secrets/secrets.ts'
import { parseAddress } from './address.ts'
import { readCap, readFieldLabels } from './cap.ts'
import type { Credential, Resource } from './configuration.ts'
import { type Fields, fieldsOf, oneOf, type Read, text } from './fields.ts'
import { ancestorsOf, declared, reference } from './names.ts'
import { readOpenapi } from './openapi/read.ts'
import { type Operations, readOperations, withOperations } from './operations.ts'
import { mergedRoutes, readRoutes } from './routes.ts'
import type { Source } from './source.ts'

const KEYS = [
  'id',
  'kind',
  'environment',
  'region',
  'address',
  'credential',
  'identity',
  'routes',
  'operations',
  'openapi',
  'cap',
  'fields',
  'liveWait',
] as const
/** The first segment of a path at the HTTP door names the resource; these name something else there. */
const RESERVED = new Set<string>(['mcp', 'sallyport', 'v1'])

/** Below the minute after which many clients and proxies give a silent connection up. */
const LIVE_WAIT_DEFAULT_MS = 50_000
const LIVE_WAIT_MAX_MS = 600_000

/** Headers that say where a message goes and where it ends: a credential in one of them would move it. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What the gateway itself says to a target, which may take both spellings for one: a second header of that name is a doubt. */
const OURS = /^sallyport[-_]/i

export type Environments = ReadonlyMap<EnvironmentId, readonly EnvironmentId[]>

export function readResources(environments: Environments): Read<ReadonlyMap<ResourceId, Resource>> {
  return (node, source) => {
    const nodes = declared('resource')(node, source)
    if (nodes === undefined) return undefined
    const resources = new Map<ResourceId, Resource>()
    for (const [id, entry] of nodes) {
      if (RESERVED.has(id))
        source.complain(entry, `\`${id}\` is the gateway's own name`, 'call the resource something else')
      const resource = readResource(id, entry, environments, source)
      if (resource !== undefined) resources.set(id, resource)
    }
    return resources
  }
}

function readResource(
  id: ResourceId,
  entry: Node,
  known: Environments,
  source: Source,
): Resource | undefined {
  const fields = fieldsOf('a resource', KEYS, entry, source)
  if (fields === undefined) return undefined
  const kind = fields.required('kind', oneOf(['http']))
  const environment = fields.required('environment', reference('environment', known))
  const address = fields.required('address', readAddress)
  const region = fields.optional('region', '', readRegion)
  const credential = fields.optional('credential', null, readCredential)
  const identity = fields.optional('identity', null, oneOf(['signed']))
  const operations = fields.optional<Operations>('operations', new Map(), readOperations)
  const own = fields.optional('routes', [], readRoutes)
  const documented = fields.optional('openapi', [], readOpenapi(address))
  const routes = withOperations(mergedRoutes(own, documented, entry, source), operations, source)
  const cap = fields.optional('cap', null, readCap)
  const labelled = fields.optional('fields', {}, readFieldLabels)
  const liveWaitMs = fields.optional('liveWait', LIVE_WAIT_DEFAULT_MS, readLiveWait)
  if (kind === undefined || environment === undefined || address === undefined) return undefined
  const environments = [environment, ...ancestorsOf(environment, known)] as const
  const guarded = { id, kind, region, environments, address, credential, identity, routes }
  return { ...guarded, cap, fields: labelled, liveWaitMs }
}

const readAddress: Read<URL> = (node, source) => {
  const written = text((value) => value, '', '')(node, source)
  if (written === undefined) return undefined
  const address = parseAddress(written)
  return address.kind === 'bad' ? source.complain(node, address.message, address.help) : address.url
}

const readRegion: Read<string> = text(
  (value) => (/^[a-z0-9-]{1,63}$/.test(value) ? value : undefined),
  'this is no region',
  'lower-case letters, digits and hyphens, at most 63',
)

const readLiveWait: Read<number> = text(
  (value) => {
    const waitMs = parseDurationMs(value)
    return waitMs !== undefined && waitMs <= LIVE_WAIT_MAX_MS ? waitMs : undefined
  },
  'this is no time that a connection can wait',
  'write `50s`, at most `10m`',
)

const readCredential: Read<Credential> = (node, source) => {
  const fields = fieldsOf('a credential', ['header', 'format', 'secret'], node, source)
  if (fields === undefined) return undefined
  const header = fields.required('header', readHeader)
  const format = readFormat(fields)
  const secret = fields.required('secret', readSecret)
  if (header === undefined || format === undefined || secret === undefined) return undefined
  return { header, format, secret }
}

const readHeader: Read<string> = text(
  (value) => (canCarry(value) ? value.toLowerCase() : undefined),
  'this is no header that can carry a credential',
  'write `authorization`, `x-api-key` or what the target wants',
)

function readFormat(fields: Fields<'header' | 'format' | 'secret'>): string | undefined {
  return fields.required(
    'format',
    text(
      (value) => (/^[\x20-\x7e]*$/.test(value) && value.split('{}').length === 2 ? value : undefined),
      'this is no format of a header',
      'write `Bearer {}`: the secret takes the place of the braces, once',
    ),
  )
}

const readSecret: Read<string> = text(
  (value) => (parseReference(value) === undefined ? undefined : value),
  'this is no reference to a secret',
  REFERENCE_HELP,
)

function canCarry(header: string): boolean {
  return isHeaderName(header) && !FRAMING.has(header.toLowerCase()) && !OURS.test(header)
}

function isHeaderName(value: string): boolean {
  try {
    validateHeaderName(value)
    return true
  } catch {
    return false
  }
}
