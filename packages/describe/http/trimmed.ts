/** Without what matches `blank`, a pattern of one character, at either end. */
export function trimmed(text: string, blank: RegExp): string {
  const ended = trimmedEnd(text, blank)
  let start = 0
  while (start < ended.length && blank.test(ended[start] ?? '')) start++
  return ended.slice(start)
}

/** By hand: a pattern that looks for the last blanks starts again at each of a long row in the middle. */
export function trimmedEnd(text: string, blank: RegExp): string {
  let end = text.length
  while (end > 0 && blank.test(text[end - 1] ?? '')) end--
  return text.slice(0, end)
}
