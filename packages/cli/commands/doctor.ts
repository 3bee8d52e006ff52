import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { loadConfiguration } from '@sallyport/gateway/config/load'
import { checkPolicies } from '@sallyport/gateway/policy/in-force'
import { saidFlags } from '../client/place.ts'
import { lookAtGateway } from '../doctor/gateway.ts'
import { lookAtCertificate, lookHere } from '../doctor/here.ts'
import { reviewersFor, strangers } from '../doctor/reviewers.ts'
import { note, ok, type Said, wrong } from '../doctor/said.ts'
import { lookAtTargets } from '../doctor/targets.ts'
import { command } from '../line/command.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { FAILED_EXIT } from '../line/trouble.ts'
import { HERE } from '../local/configured.ts'
import { counted } from '../show/times.ts'

const MARK_CHARS = 7
const COLOUR = { ok: 'green', note: 'yellow', wrong: 'red' } as const

export const doctor = command({
  says: 'say whether everything is set up so that its promises hold; 1 where something is wrong',
  usage: ['doctor'],
  flags: {
    ...HERE,
    url: { takes: 'url', says: 'where the gateway is, if not where the configuration says' },
  },
  words: { least: 0, most: 0 },
  async run({ flags }, terminal) {
    const said: Said[] = [ok(`Node ${process.versions.node}`)]
    const loading = await loadConfiguration(saidFlags(flags), terminal.around)
    if (loading.kind === 'loaded') {
      const { file, configuration } = loading
      said.push(ok(`${file}: ${contents(configuration)}`))
      said.push(...(await examined(configuration, terminal)))
    } else {
      for (const { file, line, column, message, help } of loading.problems)
        said.push(wrong(`${file}:${line}:${column}: ${message}`, help))
    }
    return report(said, flags.json, terminal)
  },
})

async function examined(configuration: Configuration, { around }: Terminal): Promise<readonly Said[]> {
  const resources = [...configuration.resources.values()]
  const loaded = await checkPolicies(configuration)
  const policy = loaded.kind === 'loaded' ? loaded.policy : null
  const here = lookHere(configuration)
  const { said, directory, policyInForce } = await lookAtGateway(configuration, here)
  return [
    ...(loaded.kind === 'loaded'
      ? [ok(`${counted(loaded.policy.rules.length, 'policy', 'policies')} load`)]
      : loaded.problems.map(({ file, line, message, help }) => wrong(`${file}:${line}: ${message}`, help))),
    ...here.said,
    ...lookAtCertificate(configuration, around.variable),
    ...said,
    ...notInForce(policy, policyInForce),
    ...(policy === null ? [] : reviewersFor(policy, resources, directory)),
    ...strangers(directory),
    ...(await lookAtTargets(resources, around.variable)),
    note(
      `changes: ${configuration.changes}`,
      'policies, people and keys are changed without a second pair of eyes',
    ),
  ]
}

function notInForce(policy: PolicySet | null, inForce: string | null): readonly Said[] {
  if (policy === null || inForce === null || policy.digest === inForce) return []
  return [
    note(
      'the policies of the folder are not those in force',
      'send SIGHUP to the gateway, or start it again',
    ),
  ]
}

function contents({ people, resources }: Configuration): string {
  return `${counted(people.size, 'person', 'people')}, ${counted(resources.size, 'resource')}`
}

function report(said: readonly Said[], asJson: boolean, terminal: Terminal): number {
  const wrongs = said.filter(({ mark }) => mark === 'wrong').length
  if (asJson) terminal.json({ fine: wrongs === 0, checks: said })
  else {
    for (const { mark, says, help } of said) {
      // Unguarded changes are no fault of whoever runs this build, and still the first thing that they should know.
      const loud = says.startsWith('changes: ')
      terminal.say(
        paint(loud ? 'red' : COLOUR[mark], mark.padEnd(MARK_CHARS)),
        loud ? paint('red', says) : says,
      )
      if (help !== undefined) terminal.say(' '.repeat(MARK_CHARS), paint('dim', help))
    }
    terminal.say()
    terminal.say(wrongs === 0 ? 'Nothing is wrong.' : `${counted(wrongs, 'thing')} wrong.`)
  }
  return wrongs === 0 ? 0 : FAILED_EXIT
}
