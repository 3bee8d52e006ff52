import { parseArgs } from 'node:util'
import { nearest } from '@sallyport/gateway/config/nearest'
import type { Command, Flags } from './command.ts'
import { usage } from './trouble.ts'

type Value = string | boolean | readonly string[] | undefined

export interface Arguments {
  readonly flags: Readonly<Record<string, Value>>
  readonly words: readonly string[]
}

/** Reads what follows the name of a command. What it does not know is an error with the nearest known word, never ignored. */
export function readArguments(name: string, args: readonly string[], { flags, words }: Command): Arguments {
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(flags).map(([flag, { takes, many }]) => [
        flag,
        { type: takes === undefined ? ('boolean' as const) : ('string' as const), multiple: many === true },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string[] | true>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { rawName, name: flag, value } = token
    const known = Object.hasOwn(flags, flag) ? flags[flag] : undefined
    if (known === undefined) throw unknownFlag(name, rawName, flag, flags)
    if (known.takes === undefined) {
      if (value !== undefined) throw usage(`\`${rawName}\` takes no value`, helpLine(name))
      given.set(flag, true)
      continue
    }
    if (value === undefined || (value.startsWith('--') && !token.inlineValue)) {
      throw usage(`\`${rawName}\` without its value`, `write \`${rawName} <${known.takes}>\``)
    }
    const before = given.get(flag)
    if (before !== undefined && known.many === undefined) {
      throw usage(`\`${rawName}\` was given twice`, 'say it once')
    }
    given.set(flag, [...(Array.isArray(before) ? before : []), value])
  }
  const asked = given.get('help') === true
  if (!asked && (positionals.length < words.least || positionals.length > words.most)) {
    const what = positionals.length < words.least ? 'something is missing' : 'there is too much'
    throw usage(`${what} after \`${name}\``, helpLine(name))
  }
  return { flags: valuesOf(flags, given), words: positionals }
}

function valuesOf(flags: Flags, given: ReadonlyMap<string, string[] | true>): Arguments['flags'] {
  const values = Object.entries(flags).map(([flag, { takes, many }]): [string, Value] => {
    const value = given.get(flag)
    if (takes === undefined) return [flag, value === true]
    const values = Array.isArray(value) ? value : []
    return [flag, many === true ? values : values[0]]
  })
  return Object.fromEntries(values)
}

function unknownFlag(name: string, rawName: string, flag: string, flags: Flags) {
  const meant = nearest(flag, Object.keys(flags))
  return usage(
    `\`${name}\` has no flag \`${rawName}\``,
    meant === undefined ? helpLine(name) : `did you mean \`--${meant}\`?`,
  )
}

function helpLine(name: string): string {
  return `see \`sallyport ${name} --help\``
}
