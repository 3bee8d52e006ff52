const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** How people write a size: a whole number and one unit, `500B`, `64KiB`, `1MiB`, `2GiB`. Nothing else is one. */
export function parseSizeBytes(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})(B|KiB|MiB|GiB)$/.exec(text) ?? []
  const unitBytes = unit === undefined ? undefined : UNITS_BYTES[unit]
  return unitBytes === undefined ? undefined : Number(count) * unitBytes
}

/** The same back, in the largest unit that leaves no rest. */
export function sizeText(sizeBytes: number): string {
  const [unit, unitBytes] = Object.entries(UNITS_BYTES).findLast(([, of]) => sizeBytes % of === 0) ?? ['B', 1]
  return `${sizeBytes / unitBytes}${unit}`
}
