import type { Life } from '@sallyport/core/lifecycle/life'
import { isEnd } from '@sallyport/core/lifecycle/table'
import type { ApiParts } from './parts.ts'

/** How long a poll waits, which version it knows, and whether anybody still listens. */
export interface Poll {
  readonly waitS: number
  readonly after: number | undefined
  readonly gone: AbortSignal
}

/** The action at its next version, or as it is when the time is over. What has ended changes no more. */
export async function changed(life: Life, { waitS, after, gone }: Poll, { store }: ApiParts): Promise<Life> {
  const known = after ?? life.version
  if (waitS === 0 || life.version > known || isEnd(life.state)) return life
  const over = AbortSignal.any([gone, AbortSignal.timeout(waitS * 1000)])
  let latest = life
  for await (const next of store.watch(life.action.id, over)) {
    latest = next
    if (next.version > known) break
  }
  return latest
}
