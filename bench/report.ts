import type { Decided } from './decisions.ts'
import type { Recorded } from './durable.ts'
import { ASKING, PROXY } from './legs.ts'
import type { Proxied, Sample } from './proxying.ts'
import { quantile, ratios, type Spread, spreadOf } from './spread.ts'

/** Everything that one run gave, as it was measured. */
export interface Report {
  readonly machine: readonly string[]
  readonly proxied: readonly Proxied[]
  readonly decided: Decided
  readonly recorded: Recorded
  readonly releasedMs: readonly number[]
}

/** The report as people read it: ratios of this run, with the medians that they were made of. */
export function render({ machine, proxied, decided, recorded, releasedMs }: Report): string {
  const sections = [
    ...proxied.map((one) => [`${one.method}, ${one.connections} connections`, ...renderLegs(one)]),
    ['Decisions of the policy', ...renderDecisions(decided)],
    ['Durable leaves', ...renderRecord(recorded)],
    ['From the decision to the first byte at the target', ...renderRelease(releasedMs)],
  ]
  return [machine.join('\n'), ...sections.map((lines) => lines.join('\n'))].join('\n\n')
}

function renderLegs({ legs }: Proxied): readonly string[] {
  const rates = new Map(legs.map(({ name, samples }) => [name, samples.map(({ perSecond }) => perSecond)]))
  const to = (name: string, other: string): string =>
    shown(spreadOf(ratios(rates.get(name) ?? [], rates.get(other) ?? [])), 2)
  const median = (samples: readonly Sample[], of: (sample: Sample) => number, digits: number): string =>
    spreadOf(samples.map(of)).median.toFixed(digits)
  return table([
    ['', 'requests/s', `× ${PROXY}`, `× ${ASKING}`, 'p50 ms', 'p99 ms', 'processor, µs a request'],
    ...legs.map(({ name, samples }) => [
      name,
      shown(spreadOf(rates.get(name) ?? []), 0),
      to(name, PROXY),
      to(name, ASKING),
      median(samples, ({ p50Ms }) => p50Ms, 2),
      median(samples, ({ p99Ms }) => p99Ms, 2),
      Object.keys(samples[0]?.microseconds ?? {})
        .map((server) => `${server} ${median(samples, ({ microseconds }) => microseconds[server] ?? 0, 0)}`)
        .join(', '),
    ]),
  ])
}

function renderDecisions({ known, new: unknown }: Decided): readonly string[] {
  return table([
    ['', 'decisions/s', 'µs each'],
    ['asked before', shown(spreadOf(known), 0), (1e6 / spreadOf(known).median).toFixed(1)],
    ['never asked before', shown(spreadOf(unknown), 0), (1e6 / spreadOf(unknown).median).toFixed(1)],
  ])
}

function renderRecord({ floor, writers }: Recorded): readonly string[] {
  return table([
    ['', 'a second', '× one block'],
    ['one block of 4 KiB, synced', shown(spreadOf(floor), 0), ''],
    ...writers.map(({ count, perSecond }) => [
      `leaves, ${count} ${count === 1 ? 'writer' : 'writers'}`,
      shown(spreadOf(perSecond), 0),
      shown(spreadOf(ratios(perSecond, floor)), 2),
    ]),
  ])
}

function renderRelease(waitedMs: readonly number[]): readonly string[] {
  const sorted = waitedMs.toSorted((a, b) => a - b)
  return table([
    ['releases', 'median ms', 'p99 ms', 'max ms'],
    [String(sorted.length), ...[0.5, 0.99, 1].map((at) => quantile(sorted, at).toFixed(1))],
  ])
}

function shown({ median, min, max }: Spread, digits: number): string {
  const text = (value: number): string => value.toFixed(digits)
  return `${text(median)} (${text(min)}–${text(max)})`
}

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
