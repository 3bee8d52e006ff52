import { styleText } from 'node:util'
import { type Surroundings, surroundings } from '@sallyport/gateway/config/surroundings'
import { shown } from './shown.ts'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

export interface Painted {
  readonly style: Style
  readonly text: string
}

/** Where a command speaks. All sentences go out escaped; colour is told apart from text by its type. */
export interface Terminal {
  readonly around: Surroundings
  /** A line of what was asked for. */
  say(...parts: readonly (string | Painted)[]): void
  /** A line about what is going on, beside the output. */
  note(...parts: readonly (string | Painted)[]): void
  /** Output that is data, as it is: keys, receipts, answers line by line. */
  give(data: string): void
  /** One JSON document. */
  json(value: unknown): void
  /** Somebody sits in front of it. */
  readonly isInteractive: boolean
}

export function openTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  const around = surroundings()
  const line = (stream: NodeJS.WriteStream, parts: readonly (string | Painted)[]): void => {
    const colours = stream.isTTY && around.variable('NO_COLOR') === undefined
    stream.write(`${parts.map((part) => spelled(part, colours)).join('')}\n`)
  }
  return {
    around,
    say: (...parts) => line(stdout, parts),
    note: (...parts) => line(stderr, parts),
    give: (data) => void stdout.write(data),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    isInteractive: stdin.isTTY && stdout.isTTY,
  }
}

export function paint(style: Style, text: string): Painted {
  return { style, text }
}

function spelled(part: string | Painted, colours: boolean): string {
  if (typeof part === 'string') return shown(part)
  const text = shown(part.text)
  return colours ? styleText(part.style, text, { validateStream: false }) : text
}
