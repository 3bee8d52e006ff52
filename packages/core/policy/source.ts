/** One policy of a file, with the line it starts on. */
export interface Piece {
  readonly text: string
  readonly line: number
}

export interface PolicyFile {
  readonly path: string
  readonly text: string
}

/** Strings, comments, the semicolon that ends a policy, and everything else: a comment mark in a string is no comment. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|\/\/[^\n]*|;|[^";/]+|[^]/g

/**
 * Cuts a file at the semicolons that end its policies. Cedar's own splitter forgets the lines. A cut in the wrong place does
 * no harm: each piece must then parse as exactly one policy.
 */
export function piecesOf(file: string): readonly Piece[] {
  const pieces: Piece[] = []
  let start: number | null = null
  for (const { 0: token, index } of file.matchAll(TOKEN)) {
    const isGap = token.startsWith('//') || token.trim() === ''
    if (start === null && !isGap) start = index + (token.length - token.trimStart().length)
    if (token !== ';' || start === null) continue
    pieces.push({ text: file.slice(start, index + 1), line: lineAt(file, start) })
    start = null
  }
  if (start !== null) pieces.push({ text: file.slice(start), line: lineAt(file, start) })
  return pieces
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** How many lines below the start of `text` the byte stands: the engine counts in UTF-8. */
export function linesBefore(text: string, byteOffset: number): number {
  const head = new TextEncoder().encode(text).subarray(0, byteOffset)
  return head.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 0)
}
