import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { REFUSALS } from '@sallyport/core/refusal/table'
import { expect, test } from 'vitest'
import { COMMANDS } from './commands.ts'
import { helpOf } from './line/command.ts'

const DOCS = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8')

test('the page of the command line has every call of every command, and no other', async () => {
  const commands = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()))
  const calls = commands.flatMap(({ usage }) => usage.map((line) => `sallyport ${line}`))
  const written = [...DOCS.matchAll(/^\| `(sallyport .+?)` \|/gm)].map(([, call]) => call)
  expect(new Set(written)).toEqual(new Set(calls))
})

test('the page of the command line has every exit code of the refusal table', () => {
  for (const [code, { exit }] of Object.entries(REFUSALS)) expect(DOCS).toContain(`| ${exit} | \`${code}\` |`)
})

test.each(Object.entries(COMMANDS))(
  '%s says in its help what it does and what it understands',
  async (name, { load }) => {
    const command = await load()
    const help = helpOf(name, command)
    expect(command.says.length).toBeGreaterThan(5)
    for (const flag of Object.keys(command.flags)) expect(help).toContain(`--${flag}`)
    for (const line of command.usage) expect(line.split(' ')[0]).toBe(name)
  },
)
