/**
 * The proof that a change is on disk. A store makes one after its commit returned; nobody else can: the property's symbol
 * stays here, and `isDurable` looks for a private field that only `Proof` puts into an object, so that neither a cast nor a
 * copy gets past the guard.
 */
declare const made: unique symbol
export type Durable = { readonly [made]: true; readonly at: number }

class Proof {
  readonly #made = true
  readonly at: number

  constructor(at: number) {
    this.at = at
    Object.freeze(this)
  }

  static is(proof: object): boolean {
    return #made in proof && proof.#made
  }
}

/** Only stores call this, after the commit. `at` is the index of the change's first leaf. */
export function durable(at: number): Durable {
  return new Proof(at) as Proof & Durable
}

export function isDurable(proof: Durable): boolean {
  return Proof.is(proof)
}
