import type { CutBy } from '@sallyport/core/lifecycle/life'
import type { Meter } from '@sallyport/describe/http/meter'
import type { Outcome } from '../../guard/answer.ts'
import { Crossed } from './crossed.ts'
import type { Received } from './exchange.ts'
import { NO_VEIL, type Veil } from './veil.ts'

/** The content as the client may have it, and what came of the exchange once all of it was looked into. */
export interface Content {
  readonly body: AsyncIterableIterator<Uint8Array>
  readonly outcome: Promise<Outcome>
}

/** How a content ended on our side. `left`: its reader went first. */
type Ending =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'cut'; readonly bytes: number; readonly cut: CutBy }
  | { readonly kind: 'broken' }
  | { readonly kind: 'left' }

/** Through the meter and the veil. Throws `Crossed` where the meter says so; whoever stops reading cuts the exchange. */
export function contentOf(
  source: AsyncIterable<Uint8Array>,
  received: Received,
  meter: Meter | null,
  veil: Veil,
  signal: AbortSignal,
): Content {
  // It goes on as it came, and the exchange itself knows its end, also if nobody reads it.
  if (source === received.body && meter === null && veil === NO_VEIL)
    return { body: received.body, outcome: received.outcome }
  let end: (ending: Ending) => void = () => {}
  const ending = new Promise<Ending>((resolve) => {
    end = resolve
  })
  const leave = (): void => end({ kind: 'left' })
  signal.addEventListener('abort', leave, { once: true })
  void ending.then(() => signal.removeEventListener('abort', leave))
  const body = shown(source, meter, veil, end)
  // Of what goes on as it came, the exchange itself knows the end, also if nobody reads it.
  const asItCame = source === received.body && meter === null
  return { body, outcome: asItCame ? received.outcome : outcomeOf(received, ending) }
}

async function* shown(
  source: AsyncIterable<Uint8Array>,
  meter: Meter | null,
  veil: Veil,
  end: (ending: Ending) => void,
): AsyncGenerator<Uint8Array> {
  const stream = veil.stream()
  let bytes = 0
  try {
    for await (const chunk of source) {
      const crossing = meter?.push(chunk)
      if (crossing !== undefined) throw new Crossed(crossing)
      bytes += chunk.length
      const part = stream.push(chunk)
      if (part.length > 0) yield part
    }
    const crossing = meter?.end()
    if (crossing !== undefined) throw new Crossed(crossing)
    end({ kind: 'whole', bytes })
    const rest = stream.end()
    if (rest.length > 0) yield rest
  } catch (cause) {
    end(cause instanceof Crossed ? { kind: 'cut', bytes, cut: cause.crossing.by } : { kind: 'broken' })
    throw cause
  } finally {
    end({ kind: 'left' })
  }
}

async function outcomeOf({ status, outcome }: Received, ending: Promise<Ending>): Promise<Outcome> {
  const ended = await ending
  const { body } = await outcome
  switch (ended.kind) {
    case 'whole':
      return { kind: 'succeeded', answer: { status, bytes: ended.bytes }, body }
    case 'cut':
      // The target has said its head: it ran, and how it ended there stands in its status.
      return { kind: 'succeeded', answer: { status, bytes: ended.bytes, cut: ended.cut }, body }
    case 'broken':
      return { kind: 'unknown', answer: null, body }
    case 'left':
      return outcome
  }
}
