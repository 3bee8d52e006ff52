import type { NameOf } from '@sallyport/core/action/ids'
import { parseName } from '@sallyport/core/action/ids'
import { PLAIN_FACTS } from '@sallyport/core/facts/facts'
import { NO_HTTP } from '@sallyport/core/facts/http'
import { instant } from '@sallyport/core/given'
import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { Question, Target } from '@sallyport/core/policy/verdict'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { directoryOf } from '@sallyport/gateway/config/directory'
import { loadConfiguration } from '@sallyport/gateway/config/load'
import { checkPolicies } from '@sallyport/gateway/policy/in-force'
import { SHOP } from './company.ts'

/** Decisions a second of the policy in force, in this process and without anything around it. */
export interface Decided {
  /** What was asked before, by other objects with the same facts: how a repeated request comes. */
  readonly known: readonly number[]
  /** A path that no question had before, so that the engine is asked. */
  readonly new: readonly number[]
}

/** As many between two looks at the clock. */
const STEP = 64

export async function measureDecisions(file: string, rounds: number, roundMs: number): Promise<Decided> {
  const { configuration, policy } = await loaded(file)
  const decide = deciderOf(configuration, policy)
  let fresh = 0
  const known = (): void => decide('/orders/{id}')
  const unknown = (): void => decide(`/orders/{id}/${fresh++}`)
  perSecond(known, roundMs)
  const all: { known: number[]; new: number[] } = { known: [], new: [] }
  for (let round = 0; round < rounds; round++) {
    all.known.push(perSecond(known, roundMs))
    all.new.push(perSecond(unknown, roundMs))
  }
  return all
}

async function loaded(
  file: string,
): Promise<{ readonly configuration: Configuration; readonly policy: PolicySet }> {
  const loading = await loadConfiguration(
    { config: file },
    { variable: () => undefined, home: '/', folder: '/' },
  )
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  const { configuration } = loading
  const checked = await checkPolicies(configuration)
  if (checked.kind === 'rejected') throw new Error(JSON.stringify(checked.problems))
  return { configuration, policy: checked.policy }
}

/** Asks whether the agent may read at this path. */
function deciderOf(configuration: Configuration, policy: PolicySet): (path: string) => void {
  const [bot, olga, agents, shop] = [
    named('agent', 'bot'),
    named('person', 'olga'),
    named('group', 'agents'),
    named('resource', SHOP),
  ]
  const row = { id: bot, version: 1, owner: olga, groups: [agents], createdAt: instant(0), revoked: false }
  const directory = directoryOf(configuration, [row])
  const target: Target = {
    id: shop,
    kind: 'http',
    region: '',
    environments: [named('environment', 'prod'), named('environment', 'company')],
  }
  const question = (path: string): Question => ({
    caller: { agents: [bot], owner: olga, actsFor: [], proof: { kind: 'agent-key', key: '', madeBy: null } },
    target,
    effects: ['read'],
    facts: {
      ...PLAIN_FACTS,
      kind: 'http',
      operation: `GET ${path}`,
      datasets: ['orders'],
      http: { ...NO_HTTP, method: 'GET', path },
    },
    circumstances: { hour: 9, signals: [], session: { labels: [], untrusted: false } },
  })
  return (path) => {
    const verdict = policy.decide(question(path), directory)
    if (verdict.kind !== 'allow') throw new Error(`policy said ${verdict.kind}: ${verdict.why.because}`)
  }
}

function perSecond(act: () => void, forMs: number): number {
  const begin = performance.now()
  let count = 0
  let now = begin
  for (; now - begin < forMs; now = performance.now()) {
    for (let n = 0; n < STEP; n++) act()
    count += STEP
  }
  return count / ((now - begin) / 1e3)
}

function named<K extends keyof NameOf>(kind: K, text: string): NameOf[K] {
  const name = parseName(kind, text)
  if (name === undefined) throw new Error(`\`${text}\` is no name`)
  return name
}
