import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isAlias, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Problem } from './problem.ts'

/** A file being read: its nodes know where they stand, and whatever is wrong is gathered, so that people see all of it at once. */
export interface Source {
  readonly root: Node | null
  readonly problems: readonly Problem[]
  complain(at: Node | null, message: string, help: string): undefined
  /** A file that this one names, relative to its folder. What is wrong with it is gathered here too. */
  beside(at: Node, path: string): Source | undefined
}

/** More than anybody writes by hand. */
const FILE_LIMIT_CHARS: number = 1024 * 1024
/** OpenAPI documents are written by programs too. */
const NAMED_FILE_LIMIT_CHARS: number = 4 * 1024 * 1024

export function openSource(file: string, text: string): Source {
  return sourceOf(file, text, FILE_LIMIT_CHARS, [])
}

function sourceOf(file: string, text: string, limitChars: number, problems: Problem[]): Source {
  const before = problems.length
  const lines = new LineCounter()
  const complainAt = (offset: number, message: string, help: string): undefined => {
    const { line, col } = lines.linePos(offset)
    problems.push({ file, line: Math.max(1, line), column: Math.max(1, col), message, help })
  }
  if (text.length > limitChars) {
    complainAt(0, 'the file is too large', `keep it below ${limitChars} characters`)
    return { root: null, problems, complain: () => undefined, beside: () => undefined }
  }
  // `prettyErrors` would quote the line, and the line may hold what should not have been written there.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    complainAt(pos[0], `not YAML as it is read here: ${firstLine(message)}`, 'correct the YAML on this line')
  }
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) return
      complainAt(offsetOf(node), 'an alias', 'write it out: each entry says all there is to it')
    },
  })
  return {
    root: problems.length === before ? document.contents : null,
    problems,
    complain: (at, message, help) => complainAt(offsetOf(at), message, help),
    beside: (at, path) => {
      const named = resolve(dirname(file), path)
      const written = contentOf(named)
      if (written === undefined)
        return complainAt(offsetOf(at), 'the file that is named here cannot be read', `is it \`${named}\`?`)
      const source = sourceOf(named, written, NAMED_FILE_LIMIT_CHARS, problems)
      return source.root === null ? undefined : source
    },
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function firstLine(message: string): string {
  const [line = ''] = message.split('\n')
  return line.charAt(0).toLowerCase() + line.slice(1)
}
