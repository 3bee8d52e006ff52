type Waiting = {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void
  readonly reject: (cause: unknown) => void
}

/**
 * Pieces of a content, from the exchange that has them to the one reader that takes them. Node's streams do this too, and cost
 * more than all the rest of an exchange.
 */
export class Flow implements AsyncIterableIterator<Uint8Array> {
  readonly #limitBytes: number
  readonly #onRoom: () => void
  readonly #onLeft: () => void
  readonly #held: Uint8Array[] = []
  #heldBytes = 0
  #state: 'flowing' | 'ended' | 'broken' | 'left' = 'flowing'
  #cause: Error | undefined
  #waiting: Waiting | undefined

  /** `onRoom`: the reader took something. `onLeft`: it wants no more, and the end had not come. */
  constructor(limitBytes: number, onRoom: () => void, onLeft: () => void) {
    this.#limitBytes = limitBytes
    this.#onRoom = onRoom
    this.#onLeft = onLeft
  }

  /** Everything has come, whether or not it was taken. */
  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** False: there is enough here until the reader takes some. */
  push(chunk: Uint8Array): boolean {
    if (this.#state !== 'flowing') return true
    if (this.#waiting !== undefined) {
      this.#settle()?.resolve({ done: false, value: chunk })
      return true
    }
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    return this.#heldBytes < this.#limitBytes
  }

  end(): void {
    if (this.#state !== 'flowing') return
    this.#state = 'ended'
    this.#settle()?.resolve({ done: true, value: undefined })
  }

  /** What was not taken yet is not given out any more: a reader in a hurry and a slow one hear the same. */
  break(cause: Error): void {
    if (this.#state !== 'flowing') return
    this.#state = 'broken'
    this.#cause = cause
    this.#held.length = 0
    this.#settle()?.reject(cause)
  }

  /** The reader goes. */
  leave(): void {
    if (this.#state !== 'flowing') return
    this.#state = 'left'
    this.#held.length = 0
    this.#settle()?.resolve({ done: true, value: undefined })
    this.#onLeft()
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#held.shift()
    if (chunk !== undefined) {
      this.#heldBytes -= chunk.length
      this.#onRoom()
      return Promise.resolve({ done: false, value: chunk })
    }
    switch (this.#state) {
      case 'ended':
        return Promise.resolve({ done: true, value: undefined })
      case 'broken':
        return Promise.reject(this.#cause ?? new Error('the content broke off'))
      case 'left':
        return Promise.reject(new Error('the reader had left'))
      case 'flowing':
        return new Promise((resolve, reject) => {
          this.#waiting = { resolve, reject }
        })
    }
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.leave()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }
}
