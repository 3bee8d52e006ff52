import { posix } from 'node:path'
import { Visitor } from 'oxc-parser'
import type { Source } from './source.ts'

/** Where an import leads. `file` has no extension: `./permit`, `./permit.ts` and `./permit.js` are one module. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'node'; readonly name: string }
  /** Not decidable from the text, so no rule could hold it. */
  | { readonly kind: 'hidden'; readonly why: string }

export interface Import {
  readonly line: number
  readonly written: string
  readonly target: Target
  readonly typeOnly: boolean
  /** The names taken; `*` is all of them. */
  readonly names: readonly string[]
  /** The names are handed on by the same statement. */
  readonly reExport: boolean
}

/** Folder of each workspace package whose folder is not its name. */
const FOLDERS: Readonly<Record<string, string>> = { sallyport: 'packages/cli' }

/** Every way in which a file names another: imports, re-exports, `import()` and `import('…')` types. */
export function importsOf(source: Source): readonly Import[] {
  return [...staticImports(source), ...reExports(source), ...dynamicImports(source)]
}

function staticImports({ module, path, lineAt }: Source): readonly Import[] {
  return module.staticImports.map(({ start, moduleRequest, entries }) => ({
    line: lineAt(start),
    written: moduleRequest.value,
    target: targetOf(path, moduleRequest.value),
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    names: entries
      .filter(({ isType }) => !isType)
      .map(({ importName: { kind, name } }) => nameOf(kind, name)),
    reExport: false,
  }))
}

function reExports({ module, path, lineAt }: Source): readonly Import[] {
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ start, moduleRequest, importName, isType }) =>
      moduleRequest === null
        ? []
        : {
            line: lineAt(start),
            written: moduleRequest.value,
            target: targetOf(path, moduleRequest.value),
            typeOnly: isType,
            names: isType ? [] : [nameOf(importName.kind, importName.name)],
            reExport: true,
          },
    ),
  )
}

function nameOf(kind: string, name: string | null | undefined): string {
  if (kind === 'Default') return 'default'
  return kind === 'Name' && typeof name === 'string' ? name : '*'
}

function dynamicImports({ program, path, lineAt }: Source): readonly Import[] {
  const found: Import[] = []
  const add = (start: number, written: string | undefined, typeOnly: boolean) =>
    found.push({
      line: lineAt(start),
      written: written ?? 'import(…)',
      target:
        written === undefined
          ? { kind: 'hidden', why: 'the name of the module is computed' }
          : targetOf(path, written),
      typeOnly,
      names: typeOnly ? [] : ['*'],
      reExport: false,
    })
  new Visitor({
    ImportExpression: ({ start, source }) =>
      add(
        start,
        source.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined,
        false,
      ),
    TSImportType: ({ start, source }) => add(start, source.value, true),
  }).visit(program)
  return found
}

function targetOf(from: string, written: string): Target {
  if (written.startsWith('node:')) return { kind: 'node', name: written }
  if (/^[#/]/.test(written) || /^[a-z]+:/i.test(written))
    return { kind: 'hidden', why: 'it is neither relative nor a package' }
  if (written.startsWith('.')) return relativeTarget(from, written)
  const [first = '', second = '', ...rest] = written.split('/')
  const [name, below] = first.startsWith('@') ? [`${first}/${second}`, rest] : [first, [second, ...rest]]
  const folder = FOLDERS[name] ?? (first === '@sallyport' ? `packages/${second}` : undefined)
  return folder === undefined
    ? { kind: 'package', name }
    : { kind: 'file', path: withoutExtension(posix.join(folder, ...below)) }
}

/** As Node resolves it: a query is dropped and a backslash is a slash. What is escaped by `%` is nobody's honest spelling. */
function relativeTarget(from: string, written: string): Target {
  const root = '/repository/'
  const path = new URL(written, `file://${root}${from}`).pathname
  if (path.includes('%')) return { kind: 'hidden', why: 'it is escaped' }
  if (!path.startsWith(root)) return { kind: 'hidden', why: 'it leaves the repository' }
  if (path.includes('/node_modules/')) return { kind: 'hidden', why: 'it reaches into node_modules' }
  return { kind: 'file', path: withoutExtension(path.slice(root.length)) }
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]s$/, '')
}
