import { Visitor } from 'oxc-parser'
import { type Finding, isBelow, isTest, type Source } from './source.ts'

interface Ban {
  /** A global (`fetch`), a member of one (`Date.now`) or `new Date()`. */
  readonly names: readonly string[]
  readonly holds: (path: string) => boolean
  readonly instead: string
}

const PURE = ['packages/core', 'packages/describe']
const pure = (path: string) => !isTest(path) && PURE.some((room) => isBelow(path, room))
const outside =
  (...rooms: readonly string[]) =>
  (path: string) =>
    !rooms.some((room) => isBelow(path, room))
const everywhere = () => true

// biome-ignore format: a table is read by its rows
const BANS: readonly Ban[] = [
  { names: ['Date.now', 'new Date()', 'Date()', 'performance'], holds: pure, instead: 'take the `Clock` that is given (core/given.ts)' },
  { names: ['Math.random', 'crypto'], holds: pure, instead: 'take the `RandomBytes` or `Sha256` that is given (core/given.ts)' },
  { names: ['setTimeout', 'setInterval', 'setImmediate'], holds: pure, instead: 'return the deadline and let the gateway wait' },
  { names: ['process', 'fetch', 'globalThis'], holds: pure, instead: 'take what it gives as an argument' },
  { names: ['process.env'], holds: outside('packages/gateway/config', 'packages/cli'), instead: 'read it in gateway/config and hand the value in' },
  { names: ['console'], holds: outside('packages/gateway/log', 'packages/gateway/log.ts', 'packages/cli'), instead: 'hand in the log' },
  { names: ['require', 'createRequire', 'process.getBuiltinModule', 'eval'], holds: everywhere, instead: 'write an `import`, which the table of directions can see' },
]

export function banned(source: Source): readonly Finding[] {
  return [
    ...bannedNames(source),
    ...typeHoles(source),
    ...(isTest(source.path) ? switchedOff(source) : []),
  ].toSorted((a, b) => a.line - b.line)
}

function bannedNames({ path, program, lineAt }: Source): readonly Finding[] {
  const bans = new Map(
    BANS.filter(({ holds }) => holds(path)).flatMap(({ names, instead }) =>
      names.map((name) => [name, instead] as const),
    ),
  )
  const found: Finding[] = []
  const look = (name: string, start: number) => {
    const instead = bans.get(name)
    if (instead !== undefined) found.push({ path, line: lineAt(start), what: `\`${name}\``, instead })
  }
  // Names of properties are not references: a parent is visited before its children, so it can say which those are.
  const labels = new Set<unknown>()
  const label = ({ computed, key }: { computed: boolean; key: unknown }) => void (computed || labels.add(key))
  new Visitor({
    MemberExpression: ({ object, property, computed, start }) => {
      if (!computed) labels.add(property)
      const member = property.type === 'Identifier' && !computed ? property.name : literal(property)
      if (object.type === 'Identifier' && member !== undefined) look(`${object.name}.${member}`, start)
    },
    Property: (node) => void (node.shorthand || label(node)),
    MethodDefinition: label,
    PropertyDefinition: label,
    TSPropertySignature: label,
    TSMethodSignature: label,
    NewExpression: ({ callee, arguments: given, start }) => {
      if (callee.type === 'Identifier' && given.length === 0) look(`new ${callee.name}()`, start)
    },
    CallExpression: ({ callee, start }) => {
      if (callee.type === 'Identifier') look(`${callee.name}()`, start)
    },
    Identifier: (node) => void (labels.has(node) || look(node.name, node.start)),
  }).visit(program)
  return found
}

function typeHoles({ path, program, comments, lineAt }: Source): readonly Finding[] {
  const found: Finding[] = []
  const hole = (start: number, what: string, instead: string) =>
    found.push({ path, line: lineAt(start), what: `\`${what}\``, instead })
  new Visitor({
    TSAsExpression: ({ start, expression, typeAnnotation }) => {
      const inner = expression.type === 'ParenthesizedExpression' ? expression.expression : expression
      if (typeAnnotation.type === 'TSAnyKeyword')
        hole(start, 'as any', 'parse it into a type where it enters')
      if (inner.type === 'TSAsExpression' && inner.typeAnnotation.type === 'TSUnknownKeyword') {
        hole(start, 'as unknown as', 'parse it into a type where it enters')
      }
    },
  }).visit(program)
  for (const { value, start } of comments) {
    const [directive] = /@ts-(ignore|nocheck)/.exec(value) ?? []
    if (directive !== undefined)
      hole(start, directive, 'correct the type; in a test of types, `@ts-expect-error` with its reason')
  }
  return found
}

const SWITCHES = new Set(['only', 'skip', 'todo', 'fails'])
const RUNNERS = new Set(['test', 'it', 'describe', 'suite'])

function switchedOff({ path, program, lineAt }: Source): readonly Finding[] {
  const found: Finding[] = []
  new Visitor({
    MemberExpression: ({ object, property, start }) => {
      if (object.type !== 'Identifier' || !RUNNERS.has(object.name)) return
      if (property.type !== 'Identifier' || !SWITCHES.has(property.name)) return
      const instead =
        'let it run, or delete it; where a machine lacks something, `skipIf` says so in the last line'
      found.push({ path, line: lineAt(start), what: `\`${object.name}.${property.name}\``, instead })
    },
  }).visit(program)
  return found
}

function literal(node: { type: string; value?: unknown }): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}
