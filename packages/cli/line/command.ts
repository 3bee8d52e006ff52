import type { Terminal } from './terminal.ts'

/** One flag as a command declares it. `takes` names the value in the help; without it the flag is a switch. */
export interface Flag {
  readonly says: string
  readonly takes?: string
  readonly many?: true
}

export type Flags = Readonly<Record<string, Flag>>

export type Given<F extends Flags> = {
  readonly [Name in keyof F]: F[Name] extends { readonly takes: string }
    ? F[Name] extends { readonly many: true }
      ? readonly string[]
      : string | undefined
    : boolean
}

/** What every command understands. */
export const COMMON = {
  json: { says: 'one JSON document instead of sentences' },
  help: { says: 'this page' },
} as const satisfies Flags

interface Spec<F extends Flags> {
  readonly says: string
  /** How it is called, one line for each way. */
  readonly usage: readonly string[]
  readonly flags: F
  /** How many words stand beside the flags. */
  readonly words: { readonly least: number; readonly most: number }
  run(line: Line<F>, terminal: Terminal): Promise<number>
}

export interface Line<F extends Flags> {
  readonly flags: Given<F & typeof COMMON>
  readonly words: readonly string[]
}

export interface Command {
  readonly says: string
  readonly usage: readonly string[]
  readonly flags: Flags
  readonly words: { readonly least: number; readonly most: number }
  run(
    line: { readonly flags: Readonly<Record<string, unknown>>; readonly words: readonly string[] },
    terminal: Terminal,
  ): Promise<number>
}

/** The flags that a command declares are those that it can read: a name that is not declared does not compile. */
export function command<const F extends Flags>(spec: Spec<F>): Command {
  const { says, usage, words } = spec
  return {
    says,
    usage,
    words,
    flags: { ...spec.flags, ...COMMON },
    // `readArguments` gives exactly the flags of the table above, each in its type.
    run: (line, terminal) => spec.run(line as Line<F>, terminal),
  }
}

export function helpOf(name: string, { says, usage, flags }: Command): string {
  const rows = Object.entries(flags).map(
    ([flag, { takes, says }]) => [`--${flag}${takes === undefined ? '' : ` <${takes}>`}`, says] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `sallyport ${name}: ${says}`,
    '',
    ...usage.map((line) => `  sallyport ${line}`),
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join('\n')
}
