/**
 * The proof that a change is on disk. A store makes one after its commit returned; nobody else can: the property's symbol
 * stays here, and `isDurable` knows each by identity, so that a cast does not get one past the guard.
 */
declare const made: unique symbol
export type Durable = { readonly [made]: true; readonly at: number }

const known = new WeakSet<object>()

/** Only stores call this, after the commit. `at` is the index of the change's first leaf. */
export function durable(at: number): Durable {
  const proof = Object.freeze({ at }) as Durable
  known.add(proof)
  return proof
}

export function isDurable(proof: Durable): boolean {
  return known.has(proof)
}
