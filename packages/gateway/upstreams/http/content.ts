import type { Answer, Outcome } from '../../guard/answer.ts'
import type { Received } from './exchange.ts'
import type { Veil } from './veil.ts'

/** How a content ended on our side. `left`: its reader went first. */
type Ending =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'left' }

/** The content as the client may have it, and what came of the exchange once all of it was looked into. */
export function contentOf(
  source: AsyncIterable<Uint8Array>,
  received: Received,
  veil: Veil,
  signal: AbortSignal,
): Pick<Answer, 'body' | 'outcome'> {
  let end: (ending: Ending) => void = () => {}
  const ending = new Promise<Ending>((resolve) => {
    end = resolve
  })
  const leave = (): void => end({ kind: 'left' })
  signal.addEventListener('abort', leave, { once: true })
  void ending.then(() => signal.removeEventListener('abort', leave))
  const body = shown(source, veil, end)
  // Of what goes on as it came, the exchange itself knows the end, also if nobody reads it.
  return {
    body,
    outcome: source === received.body ? received.outcome : outcomeOf(received, ending),
  }
}

async function* shown(
  source: AsyncIterable<Uint8Array>,
  veil: Veil,
  end: (ending: Ending) => void,
): AsyncGenerator<Uint8Array> {
  const stream = veil.stream()
  let bytes = 0
  try {
    for await (const chunk of source) {
      bytes += chunk.length
      const part = stream.push(chunk)
      if (part.length > 0) yield part
    }
    end({ kind: 'whole', bytes })
    const rest = stream.end()
    if (rest.length > 0) yield rest
  } catch (cause) {
    end({ kind: 'broken' })
    throw cause
  } finally {
    end({ kind: 'left' })
  }
}

async function outcomeOf(received: Received, ending: Promise<Ending>): Promise<Outcome> {
  const ended = await ending
  const { body } = await received.outcome
  switch (ended.kind) {
    case 'whole':
      return { kind: 'succeeded', answer: { status: received.status, bytes: ended.bytes }, body }
    case 'broken':
      return { kind: 'unknown', answer: null, body }
    case 'left':
      return received.outcome
  }
}
