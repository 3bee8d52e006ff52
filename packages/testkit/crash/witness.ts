import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ActionView } from '@sallyport/contract/action'
import { decodeEntries, TILE_WIDTH, tilePath, tileWidth } from '@sallyport/core/ledger/tile'
import type { Life } from '@sallyport/core/lifecycle/life'
import { isEnd } from '@sallyport/core/lifecycle/table'
import { openLives } from '@sallyport/gateway/store/open-lives'
import { openSqliteStore } from '@sallyport/gateway/store/sqlite/open'
import { NODE_ENGINES } from '@sallyport/verify/node'
import { readLeaf, type SeenLeaf } from '@sallyport/verify/seen-leaf'
import { type LogSource, urlSource } from '@sallyport/verify/source'
import { verifyLog } from '@sallyport/verify/verify-log'
import type { Evidence, Seen } from './evidence.ts'
import type { House } from './house.ts'
import { nameIn } from './target.ts'

/** Somebody outside, who looks at the disk of the dead and at the record of the living. */
export interface Witness {
  /** The newest checkpoint that was ever published to it: what comes after has to continue it. */
  note: string | undefined
  readonly verifierKey: string
  /** What has ended stays as it is, and need not be asked for again. */
  readonly ended: Map<string, Seen>
}

const LOOK_EVERY_MS = 20

export async function openWitness(house: House): Promise<Witness> {
  const { verifierKey } = await status(house)
  return { note: undefined, verifierKey, ended: new Map() }
}

/** What a dead gateway left of every action that had not ended. Looks at a copy, so that the next start finds what the crash left. */
export async function unfinishedOnDisk({ folder }: House): Promise<readonly Seen[]> {
  const copy = mkdtempSync(join(tmpdir(), 'sallyport-witness-'))
  for (const file of ['sallyport.db', 'sallyport.db-wal'])
    cpSync(join(folder, 'data', file), join(copy, file), { force: true })
  const store = await openSqliteStore({ folder: copy })
  try {
    const lives: Life[] = [...(await store.read('dispatched', {}))]
    for await (const life of openLives(store)) lives.push(life)
    return lives.map(({ action, state, wait }) => ({
      action: action.id,
      name: nameIn(action.command.line),
      state,
      wait,
    }))
  } finally {
    await store.close()
    rmSync(copy, { recursive: true })
  }
}

export async function asTheyStand(actions: readonly string[], house: House): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const id of actions) {
    const response = await operator(house, `/v1/actions/${id}`)
    if (!response.ok) continue
    const { state, wait, command } = (await response.json()) as ActionView
    seen.push({ action: id, name: nameIn(command.line), state, wait })
  }
  return seen
}

/** Takes note of what is published, as a monitor of the log does, until it stops. */
export async function watchCheckpoints(
  house: House,
  witness: Witness,
  stopped: () => boolean,
): Promise<void> {
  const { gateway } = house
  while (!stopped() && !gateway.dead) {
    try {
      const response = await fetch(`${gateway.consoleUrl}/log/checkpoint`)
      const note = await response.text()
      if (response.ok) witness.note = note
    } catch {
      // It died in the middle: half a note is none.
    }
    await pause(LOOK_EVERY_MS)
  }
}

/** The whole record, once everything in it is published, and every action that it knows. */
export async function readRecord(
  house: House,
  witness: Witness,
): Promise<Pick<Evidence, 'actions' | 'leaves' | 'checked'>> {
  const size = await published(house)
  const source = urlSource(`${house.gateway.consoleUrl}/log`, { token: house.operatorToken })
  const kept = witness.note === undefined ? {} : { kept: witness.note }
  const checked = await verifyLog(NODE_ENGINES, source, witness.verifierKey, kept)
  if (checked.kind === 'sound') witness.note = checked.note
  const leaves = await leavesIn(source, size)
  const admitted = leaves.flatMap((leaf) => (leaf.kind === 'admitted' ? [leaf.action] : []))
  const open = admitted.filter((action) => !witness.ended.has(action))
  const standing = await asTheyStand(open, house)
  for (const seen of standing) if (isEnd(seen.state)) witness.ended.set(seen.action, seen)
  return {
    actions: [...witness.ended.values(), ...standing.filter(({ state }) => !isEnd(state))],
    leaves,
    checked,
  }
}

async function leavesIn(source: LogSource, size: number): Promise<readonly SeenLeaf[]> {
  const leaves: SeenLeaf[] = []
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const bytes = await source.read(tilePath({ kind: 'entries', index, width: tileWidth(0, index, size) }))
    for (const entry of decodeEntries(bytes ?? new Uint8Array()).entries) {
      const leaf = readLeaf(entry)
      if (leaf.kind !== 'malformed') leaves.push(leaf)
    }
  }
  return leaves
}

/** How large it is once everything in it is published. */
async function published(house: House): Promise<number> {
  for (;;) {
    const { head } = await status(house)
    if (head.size === head.published) return head.size
    await pause(LOOK_EVERY_MS)
  }
}

interface Status {
  readonly verifierKey: string
  readonly head: { readonly size: number; readonly published: number }
}

async function status(house: House): Promise<Status> {
  return (await (await operator(house, '/v1/status')).json()) as Status
}

function operator({ gateway, operatorToken }: House, path: string): Promise<Response> {
  return fetch(gateway.consoleUrl + path, { headers: { authorization: `Bearer ${operatorToken}` } })
}
