import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readConfiguration } from '@sallyport/gateway/config/load'
import { answersTo } from '../init/answers.ts'
import { firstYaml } from '../init/yaml.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import type { Terminal } from '../line/terminal.ts'
import { Trouble, usage } from '../line/trouble.ts'
import { writeStarterPolicies } from '../local/starter.ts'

export const init = command({
  says: 'write a first configuration and six policies',
  usage: [
    'init',
    'init --yes',
    'init --resource crm --address https://crm.internal --owner "Olga Marsh" --reviewers "Ines Falk, Ivo Brandt"',
  ],
  flags: {
    folder: { takes: 'folder', says: 'where to, else here' },
    resource: { takes: 'name', says: 'the API behind the gate' },
    address: { takes: 'url', says: 'where that API is' },
    owner: { takes: 'name', says: 'who answers for the agents' },
    reviewers: { takes: 'names', says: 'who decides, with commas' },
    yes: { says: 'take what is proposed' },
  },
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const folder = resolve(terminal.around.folder, flags.folder ?? '.')
    const file = join(folder, 'sallyport.yaml')
    const policies = join(folder, 'policies')
    for (const path of [file, policies]) mustBeFree(path)
    const answers = await answersTo(flags, terminal)
    const yaml = firstYaml(answers)
    mustBeFine(file, yaml, terminal)
    write(file, policies, yaml)
    const { resource, owner, reviewers } = answers
    if (flags.json)
      terminal.json({ file, policies, resource, owner: owner.id, reviewers: reviewers.map(({ id }) => id) })
    else nextSteps(file, policies, owner.id, reviewers[0]?.id ?? owner.id, terminal)
    return 0
  },
})

function mustBeFree(path: string): void {
  if (!existsSync(path)) return
  throw new Trouble(
    `\`${path}\` is there already`,
    'nothing was written; move it away, or choose another `--folder`',
  )
}

/** What was answered goes through the same reading as at every start, before a byte is written. */
function mustBeFine(file: string, yaml: string, { around }: Terminal): void {
  const loading = readConfiguration(file, yaml, {}, { ...around, variable: () => undefined })
  if (loading.kind === 'loaded') return
  const [{ message, help }] = loading.problems
  throw usage(`what you answered makes no configuration: ${message}`, help)
}

function write(file: string, policies: string, yaml: string): void {
  try {
    writeStarterPolicies(policies)
    writeFileSync(file, yaml, { flag: 'wx' })
  } catch (cause) {
    throw new Trouble('the files cannot be written', cause instanceof Error ? cause.message : '')
  }
}

function nextSteps(
  file: string,
  policies: string,
  owner: string,
  reviewer: string,
  terminal: Terminal,
): void {
  terminal.say(`Wrote ${file} and six policies with their tests in ${policies}.`)
  terminal.say()
  terminal.say('Next:')
  const steps = [
    ['sallyport doctor', 'is everything as it should be?'],
    ['sallyport serve', 'open the gate'],
    [`sallyport agent create helper --owner ${owner}`, 'the key of a first agent'],
    [`sallyport login --link ${reviewer}`, 'how a reviewer signs in'],
  ]
  for (const line of columns(steps)) terminal.say(`  ${line}`)
}
