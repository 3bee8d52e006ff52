import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { explainAction } from '@sallyport/contract/routes/actions'
import { runPolicyTests, type TestResult } from '@sallyport/core/policy/testing'
import { parseDocument } from 'yaml'
import { clientFor } from '../client/open.ts'
import { PLACE, type PlaceFlags } from '../client/place.ts'
import { command } from '../line/command.ts'
import { columns } from '../line/table.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { FAILED_EXIT, Trouble, usage } from '../line/trouble.ts'
import { neededWord, wordOf } from '../line/words.ts'
import { configured } from '../local/configured.ts'
import { loadedPolicies } from '../local/policies.ts'
import { counted } from '../show/times.ts'

const TESTS_FILE = 'tests.yaml'
const VERBS = ['check', 'test', 'explain'] as const
type PolicyFlags = PlaceFlags & { readonly json: boolean }

export const policy = command({
  says: 'check and test the policies, explain a verdict',
  usage: ['policy check', 'policy test', 'policy explain <action id>'],
  flags: PLACE,
  words: { least: 1, most: 2 },
  async run({ flags, words }, terminal) {
    const verb = wordOf(words[0], VERBS, 'what to do with policies')
    if (verb === 'explain') return explain(neededWord(words[1], 'the id of the action'), flags, terminal)
    if (words.length > 1) throw usage(`\`policy ${verb}\` takes nothing more`, 'leave it out')
    return verb === 'check' ? check(flags, terminal) : test(flags, terminal)
  },
})

async function check(flags: PolicyFlags, terminal: Terminal): Promise<number> {
  const { configuration } = await configured(flags, terminal.around)
  const { rules, digest } = await loadedPolicies(configuration)
  const shown = rules.map(({ id, set, kind, hold }) => ({ id, set, does: hold === null ? kind : 'hold' }))
  if (flags.json) terminal.json({ digest, policies: shown })
  else {
    terminal.say(`${counted(rules.length, 'policy', 'policies')} of ${configuration.policyFolder} load:`)
    for (const line of columns(shown.map(({ id, set, does }) => [id, set, does]))) terminal.say(`  ${line}`)
  }
  return 0
}

async function test(flags: PolicyFlags, terminal: Terminal): Promise<number> {
  const { configuration } = await configured(flags, terminal.around)
  const set = await loadedPolicies(configuration)
  const file = join(configuration.policyFolder, TESTS_FILE)
  const ran = runPolicyTests(await testsIn(file), set, configuration.groups)
  if (ran.kind === 'malformed') {
    throw new Trouble(`\`${file}\` cannot be used`, ran.problems.join('\n'))
  }
  const failed = ran.results.filter(({ passed }) => !passed)
  if (flags.json) terminal.json({ passed: ran.results.length - failed.length, failed })
  else {
    for (const result of failed) showFailed(result, terminal)
    terminal.say(`${ran.results.length - failed.length} passed, ${failed.length} failed`)
  }
  return failed.length === 0 ? 0 : FAILED_EXIT
}

async function testsIn(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    throw new Trouble(`\`${file}\` cannot be read`, 'write tests there; `sallyport init` writes a first set')
  }
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0) throw new Trouble(`\`${file}\` is not YAML`, 'correct the YAML')
  return document.toJS()
}

function showFailed({ name, expected, got, says }: TestResult, terminal: Terminal): void {
  terminal.say(paint('red', 'failed'), ` ${name}`)
  terminal.say(`  expected ${expected}, got ${got}`)
  for (const sentence of says) terminal.say(`  ${sentence}`)
}

async function explain(id: string, flags: PolicyFlags, terminal: Terminal): Promise<number> {
  const client = await clientFor(flags, 'either', terminal)
  const explanation = await client.call(explainAction, { params: { id } })
  const { recorded, replayed, same, leaf } = explanation
  if (flags.json) terminal.json(explanation)
  else {
    terminal.say(`Entry ${leaf} of the record says ${verdict(recorded)}`)
    if (replayed !== null) terminal.say(`Replayed by the archived policy: ${verdict(replayed)}`)
    terminal.say(
      same
        ? paint('green', 'The archive still says what was recorded.')
        : paint('red', 'The archive does not say what was recorded.'),
    )
  }
  return same ? 0 : FAILED_EXIT
}

function verdict({
  kind,
  rules,
  because,
}: {
  kind: string
  rules: readonly string[]
  because: string
}): string {
  return `${kind}: ${because} (${rules.join(', ') || 'no policy'})`
}
