/** What the pure core is given instead of reaching for it: nothing here has a default. */

/** SHA-256 of the bytes. The core never imports an implementation: Node, a browser and a simulation each hand in theirs. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** `n` bytes that nobody can guess. In a simulation they come from the printed seed. */
export type RandomBytes = (n: number) => Uint8Array

/** Milliseconds since 1970-01-01T00:00:00Z, as the store's side counts them. */
export type Instant = number & { readonly Instant: unique symbol }

/** The time now. Deadlines are compared with this and nothing else. */
export type Clock = () => Instant

/** Marks a number that came from a clock, a stored row or an addition to one of them. */
export function instant(ms: number): Instant {
  return ms as Instant
}

/** Ends a switch over a union: a new member without its case does not compile, and at run time it is an error, never a default. */
export function unreachable(value: never): never {
  throw new Error(`no case for ${JSON.stringify(value)}`)
}

export type NonEmpty<T> = readonly [T, ...T[]]
