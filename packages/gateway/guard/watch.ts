import type { Life } from '@sallyport/core/lifecycle/life'
import type { Content } from './content.ts'
import type { House } from './house.ts'

/** How long a tunnel goes on after the key of its caller has ended. */
const LOOK_MS = 1_000

/**
 * A tunnel goes on long after it was judged: what would refuse its caller at the door by now cuts it. Everything else is over
 * before that matters. Ends when the function that it returns is called.
 */
export function watchTunnel({ action }: Life, content: Content, house: House, cut: () => void): () => void {
  if (content.kind !== 'tunnel') return () => undefined
  const { parts, shelf } = house
  const look = (): void => {
    if (!parts.stillProved(action.caller.proof) || shelf.frozen(action)) cut()
    else cancel = parts.timer(LOOK_MS, look)
  }
  let cancel = parts.timer(LOOK_MS, look)
  return () => cancel()
}
