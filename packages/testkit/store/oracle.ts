import type { ActionId } from '@sallyport/core/action/ids'
import { openLives } from '@sallyport/gateway/store/open-lives'
import type { Store } from '@sallyport/gateway/store/store'
import { treeHash } from '../ledger.ts'

/**
 * Looks at everything again, from the entries up: the tree over them is the head, each life has exactly the leaves of its
 * versions, and no leaf speaks of an action that is not there. Gives the entries as text.
 */
export async function reverify(store: Store): Promise<readonly string[]> {
  const head = await store.read('head', {})
  const entries: Uint8Array[] = []
  while (entries.length < head.size) {
    const more = await store.read('entries', { from: entries.length, to: head.size })
    if (more.length === 0) throw new Error(`entry ${entries.length} of ${head.size} is missing`)
    entries.push(...more)
  }
  if (!Buffer.from(treeHash(entries)).equals(head.root))
    throw new Error('the head is not the tree over the entries')
  const texts = entries.map((entry) => new TextDecoder().decode(entry))
  await everyLifeHasItsLeaves(store, texts)
  return texts
}

async function everyLifeHasItsLeaves(store: Store, texts: readonly string[]): Promise<void> {
  const versions = new Map<string, number>()
  for (const text of texts) {
    const { action, version } = JSON.parse(text) as { action: string; version: number }
    if (version !== (versions.get(action) ?? 0) + 1) throw new Error(`a leaf of ${action} is missing`)
    versions.set(action, version)
  }
  for (const [action, version] of versions) {
    const life = await store.read('life', { id: action as ActionId })
    if (life?.version !== version) throw new Error(`the life of ${action} is not where its leaves end`)
  }
  for await (const { action } of openLives(store))
    if (!versions.has(action.id)) throw new Error(`${action.id} has a life and no leaves`)
  for (const { action } of await store.read('dispatched', {}))
    if (!versions.has(action.id)) throw new Error(`${action.id} has a life and no leaves`)
}
