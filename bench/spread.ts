/** What several rounds of one measurement gave. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) }
}

/** Of values in order, from 0 to 1, between two neighbours where it falls there. */
export function quantile(sorted: readonly number[], at: number): number {
  const place = at * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new Error('nothing was measured')
  return below + (above - below) * (place - Math.floor(place))
}

/** Round by round, so that a machine that was slow for a while was slow for both. */
export function ratios(these: readonly number[], those: readonly number[]): readonly number[] {
  return these.flatMap((value, round) => {
    const other = those[round]
    return other === undefined ? [] : [value / other]
  })
}
