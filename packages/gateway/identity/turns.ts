/** Runs one piece of work after the other, in the order of asking: each sees what the one before it left. */
export function takeTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = before.then(work)
    // A failure is its asker's and stops nobody behind them.
    before = mine.catch(() => undefined)
    return mine
  }
}
