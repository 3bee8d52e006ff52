import type { HttpRoute } from '@sallyport/describe/http/route'
import { isMap, isScalar, type Node, visit } from 'yaml'
import type { Read } from '../fields.ts'
import type { Source } from '../source.ts'
import { type Document, entriesOf, itemsOf, member, OUR_PREFIX, resolved, textOf } from './document.ts'
import { SchemaLabels } from './labels.ts'
import { readOperation } from './operation.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const
const VERSION = /^3\.[01]\.\d+$/
/** OpenAPI allows any name for a parameter; ours are words. */
const PARAMETER = /\{([^{}/]+)\}/g

/**
 * The routes of the OpenAPI document at this path (3.0 or 3.1, YAML or JSON). Its paths are relative to the resource's
 * `address`: where a server of the document has another base path, the two would never meet, and that is a problem.
 */
export function readOpenapi(address: URL | undefined): Read<readonly HttpRoute[]> {
  return (node, source) => {
    const path = textOf(node)
    if (path === undefined || path === '')
      return source.complain(node, 'this is no path of a file', 'write `openapi: ./crm.yaml`')
    const file = source.beside(node, path)
    if (file === undefined) return undefined
    const { root } = file
    if (!isMap(root) || !VERSION.test(textOf(member(root, 'openapi')) ?? ''))
      return file.complain(
        root,
        'this is no OpenAPI document of 3.0 or 3.1',
        'begin it with `openapi: 3.1.0`',
      )
    const document: Document = { root, source: file, read: new Set() }
    const routes = routesOf(document, address)
    complainOfUnread(document)
    return routes
  }
}

function routesOf(document: Document, address: URL | undefined): readonly HttpRoute[] {
  const { root, source } = document
  checkServers(document, root, address)
  const labels = new SchemaLabels(document)
  for (const [, schema] of entriesOf(member(member(root, 'components'), 'schemas')))
    labels.reachedFrom(schema)
  const places = new Set<string>()
  const names = new Set<string>()
  return entriesOf(member(root, 'paths'))
    .filter(([template]) => !template.startsWith('x-'))
    .flatMap(([template, value, at]) => {
      const item = itemOf(document, value)
      if (item === undefined) return []
      checkServers(document, item, address)
      const path = template.replace(PARAMETER, (_, name: string) => `{${name.replace(/^(?=\d)|\W/g, '_')}}`)
      const shared = member(item, 'parameters')
      const carried = shared === null ? [] : labels.reachedFrom(shared)
      return METHODS.flatMap((method) => {
        const operation = member(item, method)
        if (operation === null) return []
        checkServers(document, operation, address)
        const place = { method: method.toUpperCase(), path, at }
        const route = readOperation(
          place,
          operation,
          [...carried, ...labels.reachedFrom(operation)],
          document,
        )
        const second = `a second \`${method} ${template}\``
        refuseSecond(`${method} ${path.replace(PARAMETER, '{}')}`, places, at, second, source)
        const name = route?.operation ?? null
        if (name !== null) refuseSecond(name, names, operation, 'a second operation of this name', source)
        return route === undefined ? [] : [route]
      })
    })
}

/** Of two, nobody could say which one counts. */
function refuseSecond(name: string, seen: Set<string>, at: Node, message: string, source: Source): void {
  if (seen.has(name)) source.complain(at, message, 'say all of it in one')
  seen.add(name)
}

/** A path item may stand elsewhere in the document. */
function itemOf(document: Document, value: Node): Node | undefined {
  const reference = member(value, '$ref')
  return reference === null ? value : resolved(document, reference)
}

function checkServers({ source }: Document, node: Node, address: URL | undefined): void {
  const servers = itemsOf(member(node, 'servers'))
  if (address === undefined || servers.length === 0) return
  const bases = servers.map(basePathOf)
  const ours = withoutSlash(address.pathname)
  if (bases.some((base) => base === ours)) return
  source.complain(
    servers[0] ?? node,
    'no server here has the base path of `address`',
    `let \`address\` end in \`${bases[0] ?? ''}\`, or correct \`servers\``,
  )
}

/** Variables stand for their defaults. */
function basePathOf(server: Node): string {
  const variables = member(server, 'variables')
  const url = (textOf(member(server, 'url')) ?? '/').replace(
    PARAMETER,
    (_, name: string) => textOf(member(member(variables, name), 'default')) ?? '',
  )
  return withoutSlash(URL.parse(url, 'http://relative/')?.pathname ?? '')
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '')
}

/** A word of ours that nobody reads would be a rule that does not hold. */
function complainOfUnread({ root, source, read }: Document): void {
  visit(root, {
    Pair: (_, { key }) => {
      if (
        !isScalar(key) ||
        typeof key.value !== 'string' ||
        !key.value.startsWith(OUR_PREFIX) ||
        read.has(key)
      )
        return
      const help =
        'operations have `x-sallyport-effects`, `x-sallyport-datasets` and `x-sallyport-labels`; schemas have the last'
      source.complain(key, `\`${key.value}\` is not read here`, help)
    },
  })
}
