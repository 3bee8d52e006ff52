/** What moves the cursor, turns the direction, or has no picture. */
const UNSHOWN = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]--[\n]]/gv

/** A text as a terminal may have it: what agents and targets wrote must not repaint the screen of a reviewer. */
export function shown(text: string): string {
  return text.replace(UNSHOWN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Every line after the first as far in as the first, so that no line of a foreign text looks like one of ours. */
export function indented(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}
