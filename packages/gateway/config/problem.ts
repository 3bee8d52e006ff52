/** What is wrong with a file, where, and what to do about it. Lines and columns count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly help: string
}

/** As compilers spell it, so that an editor jumps there. */
export function spelled({ file, line, column, message, help }: Problem): string {
  return `${file}:${line}:${column}: ${message}\n  ${help}`
}
