import type { ActionId } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import type { StoreFailure } from '../failure.ts'
import type { Head } from '../store.ts'

/** Lives of one action, as they are committed. */
export interface Feed {
  readonly lives: AsyncIterable<Life>
  end(failure?: Error): void
}

/** Who wants to hear of commits. All of it is in memory of this process: the store is the truth, this only says when to look. */
export class Audience {
  readonly #onLives = new Set<(lives: readonly Life[]) => void>()
  readonly #onHead = new Set<(head: Head) => void>()
  readonly #onFailed = new Set<(failure: StoreFailure) => void>()
  #failure: StoreFailure | undefined
  readonly #feeds = new Map<ActionId, Set<OpenFeed>>()

  onLives(listener: (lives: readonly Life[]) => void): () => void {
    return joined(this.#onLives, listener)
  }

  onHead(listener: (head: Head) => void): () => void {
    return joined(this.#onHead, listener)
  }

  onFailed(listener: (failure: StoreFailure) => void): () => void {
    if (this.#failure !== undefined) call(listener, this.#failure)
    return joined(this.#onFailed, listener)
  }

  follow(id: ActionId): Feed {
    const feeds = this.#feeds.get(id) ?? new Set()
    const feed = new OpenFeed(() => {
      feeds.delete(feed)
      if (feeds.size === 0 && this.#feeds.get(id) === feeds) this.#feeds.delete(id)
    })
    this.#feeds.set(id, feeds.add(feed))
    return feed
  }

  tell(lives: readonly Life[], head: Head | null): void {
    for (const life of lives) for (const feed of this.#feeds.get(life.action.id) ?? []) feed.push(life)
    if (lives.length > 0) for (const listener of this.#onLives) call(listener, lives)
    if (head !== null) for (const listener of this.#onHead) call(listener, head)
  }

  /** Once: a store that is over does not end again. */
  tellFailed(failure: StoreFailure): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    for (const listener of this.#onFailed) call(listener, failure)
  }

  endAll(failure?: Error): void {
    for (const feeds of this.#feeds.values()) for (const feed of feeds) feed.end(failure)
  }
}

class OpenFeed implements Feed {
  readonly #arrived: Life[] = []
  readonly #onEnd: () => void
  #ended = false
  #failure: Error | undefined
  #wake: () => void = () => undefined

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(life: Life): void {
    this.#arrived.push(life)
    this.#wake()
  }

  end(failure?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#failure = failure
    this.#onEnd()
    this.#wake()
  }

  get lives(): AsyncIterable<Life> {
    return this.#drain()
  }

  async *#drain(): AsyncGenerator<Life> {
    while (!this.#ended) {
      const life = this.#arrived.shift()
      if (life !== undefined) yield life
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (this.#failure !== undefined) throw this.#failure
  }
}

function joined<T>(all: Set<T>, one: T): () => void {
  all.add(one)
  return () => void all.delete(one)
}

/** The others hear it all the same. What the listener threw surfaces where every uncaught error of the process does. */
function call<T>(listener: (news: T) => void, news: T): void {
  try {
    listener(news)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
