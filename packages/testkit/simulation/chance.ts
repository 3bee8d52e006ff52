/** Randomness from a printed seed: the same seed gives the same run, byte for byte (SplitMix64 on 64-bit integers). */
export interface Chance {
  /** 0 ≤ n < below */
  int(below: number): number
  pick<T>(from: readonly T[]): T
  /** True about `percent` times in a hundred. */
  happens(percent: number): boolean
  bytes(n: number): Uint8Array
}

export function chance(seed: bigint): Chance {
  let state = BigInt.asUintN(64, seed)
  const next = (): bigint => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
    let z = state
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return z ^ (z >> 31n)
  }
  const int = (below: number): number => Number(next() % BigInt(below))
  return {
    int,
    pick(from) {
      const one = from[int(from.length)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
    happens: (percent) => int(100) < percent,
    bytes: (n) => Uint8Array.from({ length: n }, () => int(256)),
  }
}
