import { expect, test } from 'vitest'
import { type Report, render, table } from './report.ts'

const sample = (perSecond: number) => ({
  perSecond,
  p50Ms: 1,
  p99Ms: 2,
  microseconds: { gateway: 40.4, origin: 5, wrk: 6 },
})

const REPORT: Report = {
  machine: ['2 × a processor'],
  proxied: [
    {
      method: 'GET',
      connections: 16,
      legs: [
        { name: 'nginx', samples: [sample(200), sample(100)] },
        { name: 'nginx, auth_request', samples: [sample(100), sample(50)] },
        { name: 'sallyport', samples: [sample(150), sample(75)] },
      ],
    },
  ],
  decided: { known: [100_000], new: [1_000] },
  recorded: { floor: [1_000], writers: [{ count: 1, perSecond: [500] }] },
  releasedMs: [1, 3, 2],
}

test('the report compares round with round, so that a machine that became slower changes no ratio', () => {
  const row = /^sallyport .*$/m.exec(render(REPORT))?.[0].split(/ {2,}/)
  expect(row).toEqual([
    'sallyport',
    '113 (75–150)',
    '0.75 (0.75–0.75)',
    '1.50 (1.50–1.50)',
    '1.00',
    '2.00',
    'gateway 40, origin 5, wrk 6',
  ])
})

test('the report says of every figure what it is of', () => {
  expect(render(REPORT).replaceAll(/ {2,}/g, '  ')).toContain(`Decisions of the policy
  decisions/s  µs each
asked before  100000 (100000–100000)  10.0
never asked before  1000 (1000–1000)  1000.0

Durable leaves
  a second  × one block
one block of 4 KiB, synced  1000 (1000–1000)
leaves, 1 writer  500 (500–500)  0.50 (0.50–0.50)

From the decision to the first byte at the target
releases  median ms  p99 ms  max ms
3  2.0  3.0  3.0`)
})

test('columns are as wide as their widest cell', () => {
  expect(
    table([
      ['', 'b'],
      ['long', '1'],
      ['x', '200'],
    ]),
  ).toEqual(['        b', 'long    1', 'x     200'])
})
