const SECOND_MS = 1000
const UNITS_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 3_600 * SECOND_MS,
  d: 86_400 * SECOND_MS,
}

/** How people write a time: a whole number and one unit, `50s`, `15m`, `8h`, `7d`. Nothing else is one. */
export function parseDurationMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? []
  const unitMs = unit === undefined ? undefined : UNITS_MS[unit]
  return unitMs === undefined ? undefined : Number(count) * unitMs
}

/** The same back, in the largest unit that leaves no rest. Below a second there is no word. */
export function durationText(ms: number): string {
  const [unit, unitMs] = Object.entries(UNITS_MS).findLast(([, of]) => ms % of === 0) ?? ['s', SECOND_MS]
  return `${ms / unitMs}${unit}`
}
