import { type Comment, type EcmaScriptModule, type ParseResult, parseSync } from 'oxc-parser'

/** One file, parsed once for all rules. `path` is relative to the repository and has forward slashes. */
export interface Source {
  readonly path: string
  readonly lines: number
  readonly program: ParseResult['program']
  readonly module: EcmaScriptModule
  readonly comments: readonly Comment[]
  /** The line, from 1, of an offset. */
  readonly lineAt: (offset: number) => number
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly what: string
  /** What to do instead. */
  readonly instead: string
}

/** The source, or the finding that it cannot be parsed: what cannot be read is never passed over. */
export function readSource(path: string, text: string): Source | Finding {
  const { program, module, comments, errors } = parseSync(path, text, { lang: 'ts', sourceType: 'module' })
  const lineAt = lineFinder(text)
  const [error] = errors
  if (error !== undefined) {
    const line = lineAt(error.labels[0]?.start ?? 0)
    return { path, line, what: `cannot be parsed (${error.message})`, instead: 'correct the syntax' }
  }
  return { path, lines: lineAt(text.trimEnd().length), program, module, comments, lineAt }
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

export function spelled({ path, line, what, instead }: Finding): string {
  return `${path}:${line}: ${what}: ${instead}`
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const after = starts.findIndex((start) => start > offset)
    return after === -1 ? starts.length : after
  }
}
