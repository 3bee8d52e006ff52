import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PolicySources } from '@sallyport/core/policy/compile'
import type { Problem } from '@sallyport/core/policy/rule'
import { SET_NAMES, type SetName } from '@sallyport/core/policy/schema'
import type { PolicyFile } from '@sallyport/core/policy/source'

export type PolicyFiles =
  | { readonly kind: 'read'; readonly sources: PolicySources }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

/** The three sets of a policy folder: `actions/`, `people/` and `admin/`, each with its `.cedar` files in the order of their names. */
export async function readPolicyFolder(folder: string): Promise<PolicyFiles> {
  const sources: Record<SetName, readonly PolicyFile[]> = { actions: [], people: [], admin: [] }
  for (const set of SET_NAMES) {
    try {
      sources[set] = await readSet(join(folder, set))
    } catch {
      const help =
        'make the folder, or name another with `policies` in the configuration; `sallyport init` writes a first set'
      return {
        kind: 'rejected',
        problems: [
          { file: join(folder, set), line: 1, policy: null, message: 'the folder cannot be read', help },
        ],
      }
    }
  }
  return { kind: 'read', sources }
}

async function readSet(folder: string): Promise<PolicyFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cedar')).sort()
  return Promise.all(
    names.map(async (name) => ({
      path: join(folder, name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  )
}
