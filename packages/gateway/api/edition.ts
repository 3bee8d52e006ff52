import { createHash } from 'node:crypto'
import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import { holdsFor } from './hold.ts'
import { maySee } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import type { SignedIn } from './who.ts'

/**
 * Which edition of a page somebody has: of one action's, or (`null`) of the list of those that wait. Another word means that
 * it has changed. Whoever draws the page asks before reading what is on it; whoever listens for changes asks when listening:
 * so nothing falls between the two.
 */
export async function editionOf(action: ActionId | null, who: SignedIn, parts: ApiParts): Promise<string> {
  if (action === null) return editionOfList(await holdsFor(who, parts))
  return digest(versions(await only(action, who, parts)))
}

/** Of a list that was read, which is what its page shows. */
export function editionOfList({ mine, others }: Awaited<ReturnType<typeof holdsFor>>): string {
  return digest([mine, others].flatMap(({ lives, more }) => [...versions(lives), `${more} more`]))
}

function digest(shown: readonly string[]): string {
  return createHash('sha256').update(shown.join('\n')).digest('base64url')
}

function versions(lives: readonly Life[]): readonly string[] {
  return lives.map(({ action: { id }, version }) => `${id} ${version}`)
}

async function only(id: ActionId, who: SignedIn, parts: ApiParts): Promise<readonly Life[]> {
  const life = await parts.store.read('life', { id })
  return life !== null && maySee(who, life, parts) ? [life] : []
}
