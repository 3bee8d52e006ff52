import { claim } from '@sallyport/testkit/claim'
import { expect, test } from 'vitest'
import { REFUSALS } from './table.ts'

/** Peers observe these: literals only, so that a change here is a change somebody meant. */
// biome-ignore format: a table is read by its columns
const PINNED = [
  ['not-authenticated', 401, '28P01', -32001, 10],
  ['unresolved-caller', 403, '28000', -32002, 11],
  ['unknown-resource',  404, '3D000', -32003, 12],
  ['malformed',         400, '08P01', -32600, 13],
  ['rate-limited',      429, '53400', -32004, 14],
  ['conflict',          409, '40001', -32005, 15],
  ['not-eligible',      403, '42501', -32006, 16],
  ['needs-presence',    403, '42501', -32007, 17],
  ['stale-card',        409, '40001', -32008, 18],
  ['not-permitted',     403, '42501', -32009, 20],
  ['policy-error',      503, '58000', -32010, 21],
  ['not-understood',    403, '42501', -32011, 22],
  ['no-reviewer',       403, '42501', -32012, 23],
  ['reason-needed',     428, '42501', -32013, 24],
  ['held',              503, '57014', -32014, 25],
  ['denied',            403, '42501', -32015, 26],
  ['expired',           403, '57014', -32016, 27],
  ['withdrawn',         409, '57014', -32017, 28],
  ['unknown-outcome',   502, '08007', -32018, 29],
  ['export-cap',        403, '54000', -32019, 30],
  ['too-large',         413, '54000', -32020, 31],
  ['frozen',            423, '57P03', -32021, 32],
  ['unavailable',       503, '57P03', -32022, 33],
] as const

test('what peers observe of a refusal is pinned', () => {
  const found = Object.entries(REFUSALS).map(([code, { http, sqlstate, jsonRpc, exit }]) => [
    code,
    http,
    sqlstate,
    jsonRpc,
    exit,
  ])
  expect(found).toEqual(PINNED)
})

test(claim('G7', 'core', 'no two refusals sound alike, and each says what to do next in one line'), () => {
  const rows = Object.values(REFUSALS)
  for (const column of ['meaning', 'advice'] as const) {
    expect(rows.every((row) => /^[a-z].{5,140}[^.]$/.test(row[column]))).toBe(true)
  }
  expect(new Set(rows.map(({ meaning }) => meaning)).size).toBe(rows.length)
  expect(new Set(rows.map(({ exit }) => exit)).size).toBe(rows.length)
})
