import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from '@sallyport/testkit/claim'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfiguration } from './config/load.ts'
import { openInside } from './inside.ts'
import { DATABASE_FILE } from './store/sqlite/database.ts'
import { openSqliteStore } from './store/sqlite/open.ts'

let folder: string
const data = (): string => join(folder, 'data')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-inside-'))
  for (const set of ['actions', 'people', 'admin'])
    mkdirSync(join(folder, 'policies', set), { recursive: true })
  writeFileSync(
    join(folder, 'policies/actions/all.cedar'),
    '@id("reads") permit (principal, action == Action::"read", resource);',
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Starts everything behind the doors, and stops it again. */
async function startAndStop(): Promise<void> {
  const closing: (() => Promise<void> | void)[] = []
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(
    join(folder, 'sallyport.yaml'),
    'data: ./data\nchanges: unguarded\n',
    {},
    around,
  )
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  const { configuration } = loading
  const variable = (): undefined => undefined
  try {
    const inside = await openInside({
      configuration,
      variable,
      log: () => undefined,
      onClose: (close) => void closing.push(close),
    })
    if (inside.kind === 'rejected') throw new Error(JSON.stringify(inside.problems))
    const { size } = await inside.store.read('head', {})
    await inside.publisher.covering(size)
  } finally {
    for (const close of closing.toReversed()) await close()
  }
}

async function leaves(): Promise<number> {
  const store = await openSqliteStore({ folder: data() })
  const { size } = await store.read('head', {})
  await store.close()
  return size
}

/** A changed policy folder is a leaf at the next start. */
function changePolicies(): void {
  const text = '@id("writes") permit (principal, action == Action::"write", resource);'
  writeFileSync(join(folder, 'policies/actions/more.cedar'), text)
}

test(
  claim('L2', 'core', 'an older database that was put back is refused before anything is written or sent'),
  async () => {
    await startAndStop()
    const before = await leaves()
    cpSync(join(data(), DATABASE_FILE), join(folder, 'older'))
    changePolicies()
    await startAndStop()
    expect(await leaves()).toBeGreaterThan(before)
    for (const end of ['-wal', '-shm']) rmSync(join(data(), DATABASE_FILE + end), { force: true })
    cpSync(join(folder, 'older'), join(data(), DATABASE_FILE))
    await expect(startAndStop()).rejects.toMatchObject({ fault: 'behind' })
    expect(await leaves()).toBe(before)
  },
)

test(
  claim('L2', 'core', 'a start without the last signed checkpoint is refused once there was one'),
  async () => {
    await startAndStop()
    const before = await leaves()
    rmSync(join(data(), 'keys', 'checkpoint'))
    await expect(startAndStop()).rejects.toMatchObject({ fault: 'kept-missing' })
    expect(await leaves()).toBe(before)
  },
)
