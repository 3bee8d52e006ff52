import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { encodeLeaf } from '@sallyport/core/ledger/leaf'
import { claim } from '@sallyport/testkit/claim'
import { allowed, settled } from '@sallyport/testkit/lives'
import { reverify } from '@sallyport/testkit/store/oracle'
import { expect, test } from 'vitest'
import { openSqliteStore } from './open.ts'

const SCRIPT = fileURLToPath(import.meta.resolve('@sallyport/testkit/store/under-load'))
/** Each process is killed after so many acknowledgements, in the middle of others. */
const ROUNDS = [1, 130, 700, 333, 1500]
const ACTIONS_A_ROUND = 1_000_000

test(claim(
  'L1',
  'core',
  'a process killed under load has lost nothing that it was told is durable',
), async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kill-'))
  const acknowledged = new Map<number, string>()
  for (const [round, count] of ROUNDS.entries()) {
    for (const line of await killedAfter(count, folder, round * ACTIONS_A_ROUND)) {
      const [at, n, event] = line.split(' ')
      acknowledged.set(Number(at), leafText(Number(n), event ?? ''))
    }
    const store = await openSqliteStore({ folder })
    const entries = await reverify(store)
    await store.close()
    for (const [at, text] of acknowledged) expect(entries[at]).toBe(text)
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS.reduce((a, b) => a + b))
  rmSync(folder, { recursive: true })
}, 120_000)

async function killedAfter(count: number, folder: string, start: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [SCRIPT, folder, String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (lines.length === count) child.kill('SIGKILL')
  }
  return lines
}

function leafText(n: number, event: string): string {
  const first = allowed(n)
  return new TextDecoder().decode(encodeLeaf(event === 'admitted' ? first.leaf : settled(first.life).leaf))
}
