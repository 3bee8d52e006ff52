import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { canonicalText } from '@sallyport/core/action/canonical'
import type { Clock } from '@sallyport/core/given'
import { type Loaded, loadPolicies } from '@sallyport/core/policy/load'
import type { PolicySet } from '@sallyport/core/policy/policy-set'
import type { ReplayEngines } from '@sallyport/core/policy/replay'
import type { Problem } from '@sallyport/core/policy/rule'
import { safe } from '@sallyport/core/redact/redacted'
import type { Configuration } from '../config/configuration.ts'
import { sha256 } from '../keys/sha256.ts'
import type { Store } from '../store/store.ts'
import { readPolicyFolder } from './files.ts'

export const ENGINES: ReplayEngines = { cedar, sha256 }

/** The policy set that decides now. A reload that fails changes nothing: the old set goes on serving. */
export interface PolicyInForce {
  readonly current: PolicySet
  /** Checks another set. It decides nothing before it is put in force. */
  prepare(configuration: Configuration): Promise<Prepared>
}

export type Prepared =
  | { readonly kind: 'ready'; readonly putInForce: () => Promise<void> }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

export type Opened =
  | { readonly kind: 'opened'; readonly policy: PolicyInForce }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

/** Checks the policy folder against the names of the configuration, without putting anything in force. */
export async function checkPolicies(configuration: Configuration): Promise<Loaded> {
  const files = await readPolicyFolder(configuration.policyFolder)
  if (files.kind === 'rejected') return files
  const { groups, environments, resources } = configuration
  return loadPolicies(files.sources, {
    ...ENGINES,
    groups: new Set(groups.keys()),
    environments,
    resources: new Set(resources.keys()),
  })
}

export async function openPolicies(
  configuration: Configuration,
  store: Store,
  clock: Clock,
): Promise<Opened> {
  const first = await checkPolicies(configuration)
  if (first.kind === 'rejected') return first
  await recorded(first.policy, store, clock)
  let current = first.policy
  const policy: PolicyInForce = {
    get current() {
      return current
    },
    async prepare(next) {
      const loaded = await checkPolicies(next)
      if (loaded.kind === 'rejected') return loaded
      const putInForce = async (): Promise<void> => {
        if (loaded.policy.digest !== current.digest) await recorded(loaded.policy, store, clock)
        current = loaded.policy
      }
      return { kind: 'ready', putInForce }
    },
  }
  return { kind: 'opened', policy }
}

/** Archived and in the record before it decides anything: a verdict replays from what its leaf names. */
async function recorded({ digest, archive, rules }: PolicySet, store: Store, clock: Clock): Promise<void> {
  await store.move({
    writes: [{ kind: 'archive', digest, content: canonicalText(archive) }],
    leaves: [
      {
        v: 1,
        kind: 'changed',
        at: clock(),
        what: 'policy',
        event: 'in-force',
        name: 'policies',
        by: null,
        digest,
        unguarded: true,
        note: safe`${rules.length} policies`,
      },
    ],
  })
}
