import { Visitor } from 'oxc-parser'
import { type Finding, isTest, type Source } from './source.ts'

const FUNCTION_LINES = 60
const FILE_LINES = 400

/** What may be longer, and why. `name` is the function's; without one the whole file is meant. */
export interface Exception {
  readonly path: string
  readonly name?: string
  readonly why: string
}

export const EXCEPTIONS: readonly Exception[] = []

/** Takes all sources at once, since an exception that nothing needs is a finding as well. */
export function sizes(sources: readonly Source[], exceptions: readonly Exception[]): readonly Finding[] {
  const long = sources.flatMap((source) => [...longFile(source), ...longFunctions(source)])
  const excepted = (one: Long) => exceptions.find(({ path, name }) => path === one.path && name === one.name)
  const used = new Set(long.map(excepted))
  return [
    ...long.filter((one) => excepted(one) === undefined).map(({ name: _, ...finding }) => finding),
    ...exceptions.filter((exception) => !used.has(exception)).map(unused),
  ]
}

type Long = Finding & { readonly name?: string }

function longFile({ path, lines }: Source): readonly Long[] {
  if (lines <= FILE_LINES) return []
  return [
    {
      path,
      line: FILE_LINES + 1,
      what: `${lines} lines, above ${FILE_LINES}`,
      instead: 'give each idea its own file',
    },
  ]
}

function longFunctions(source: Source): readonly Long[] {
  const found: Long[] = []
  const groups = new Set<unknown>()
  const names = new Map<unknown, string>()
  const measure = (node: { start: number; end: number; id?: { name: string } | null }) => {
    const from = source.lineAt(node.start)
    const lines = source.lineAt(node.end) - from + 1
    if (lines <= FUNCTION_LINES || groups.has(node)) return
    const name = node.id?.name ?? names.get(node) ?? 'anonymous'
    const what = `\`${name}\` has ${lines} lines, above ${FUNCTION_LINES}`
    found.push({ path: source.path, line: from, what, instead: 'give each step a name', name })
  }
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      // A group of tests is a list, not a function.
      const root = callee.type === 'MemberExpression' ? callee.object : callee
      if (isTest(source.path) && root.type === 'Identifier' && root.name === 'describe')
        for (const one of given) groups.add(one)
    },
    VariableDeclarator: ({ id, init }) => void (id.type === 'Identifier' && names.set(init, id.name)),
    Property: ({ key, value }) => void (key.type === 'Identifier' && names.set(value, key.name)),
    MethodDefinition: ({ key, value }) => void (key.type === 'Identifier' && names.set(value, key.name)),
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(source.program)
  return found
}

function unused({ path, name }: Exception): Finding {
  return {
    path: 'tools/tidy/sizes.ts',
    line: 1,
    what: `the exception for \`${path}\`${name === undefined ? '' : ` (\`${name}\`)`} is not needed`,
    instead: 'delete it',
  }
}
