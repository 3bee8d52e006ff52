import { isAlias, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Problem } from './problem.ts'

/** A file being read: its nodes know where they stand, and whatever is wrong is gathered, so that people see all of it at once. */
export interface Source {
  readonly root: Node | null
  readonly problems: readonly Problem[]
  complain(at: Node | null, message: string, help: string): undefined
}

/** More than anybody writes by hand. */
const FILE_LIMIT_CHARS: number = 1024 * 1024

export function openSource(file: string, text: string): Source {
  const problems: Problem[] = []
  const lines = new LineCounter()
  const complainAt = (offset: number, message: string, help: string): undefined => {
    const { line, col } = lines.linePos(offset)
    problems.push({ file, line: Math.max(1, line), column: Math.max(1, col), message, help })
  }
  if (text.length > FILE_LIMIT_CHARS) {
    complainAt(0, 'the file is too large', `keep it below ${FILE_LIMIT_CHARS} characters`)
    return { root: null, problems, complain: () => undefined }
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
    root: problems.length === 0 ? document.contents : null,
    problems,
    complain: (at, message, help) => complainAt(offsetOf(at), message, help),
  }
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function firstLine(message: string): string {
  const [line = ''] = message.split('\n')
  return line.charAt(0).toLowerCase() + line.slice(1)
}
