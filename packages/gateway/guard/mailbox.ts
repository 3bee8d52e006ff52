/** What happens to somebody who waits: put in from anywhere, taken out one at a time, in order. */
export interface Mailbox<T> {
  put(message: T): void
  next(): Promise<T>
}

export function mailbox<T>(): Mailbox<T> {
  const messages: T[] = []
  let waiting: ((message: T) => void) | undefined
  return {
    put(message) {
      if (waiting === undefined) messages.push(message)
      else {
        waiting(message)
        waiting = undefined
      }
    },
    next() {
      const [first] = messages.splice(0, 1)
      if (first !== undefined) return Promise.resolve(first)
      return new Promise((resolve) => {
        waiting = resolve
      })
    },
  }
}
