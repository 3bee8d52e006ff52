import { HOLD_BACK_BYTES } from './limits.ts'

/**
 * Waits until the content is over, or as much of it is here as may be held back: what crosses its cap before is handed over
 * in no part. Rejects with what the content broke with.
 */
export async function heldBack(
  content: AsyncIterableIterator<Uint8Array>,
): Promise<AsyncIterableIterator<Uint8Array>> {
  const held: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const next = await content.next()
    if (next.done !== true) {
      held.push(next.value)
      bytes += next.value.length
    }
    if (next.done === true || bytes >= HOLD_BACK_BYTES) return following(held, content)
  }
}

async function* following(
  held: readonly Uint8Array[],
  rest: AsyncIterableIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held
    yield* rest
  } finally {
    await rest.return?.()
  }
}
