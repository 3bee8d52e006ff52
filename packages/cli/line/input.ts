import { createInterface } from 'node:readline'
import { REFUSALS } from '@sallyport/core/refusal/table'
import type { Terminal } from './terminal.ts'
import { usage } from './trouble.ts'

/**
 * One answer for each text: the text of the command line, or with `--stdin` one JSON string a line in and one line out, in
 * order, each as soon as it is made.
 */
export async function eachText(
  { stdin, words: [word] }: { readonly stdin: boolean; readonly words: readonly string[] },
  answer: (text: string) => string,
  terminal: Terminal,
): Promise<number> {
  if (stdin === (word !== undefined))
    throw usage('a text or `--stdin` is wanted, and one of them', 'put the text in quotes')
  if (word !== undefined) {
    terminal.give(`${answer(word)}\n`)
    return 0
  }
  let exit = 0
  let number = 0
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    const text = stringIn(line)
    // A line out for each line in, so that whoever reads them in pairs stays in step.
    if (text === undefined) exit = REFUSALS.malformed.exit
    terminal.give(
      `${text === undefined ? JSON.stringify({ error: `line ${number} is no JSON string` }) : answer(text)}\n`,
    )
  }
  return exit
}

function stringIn(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
