import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { held, withdrawn } from '@sallyport/testkit/lives'
import { keptOf } from '@sallyport/testkit/store/engines'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreFailure } from '../failure.ts'
import { openSqliteStore } from './open.ts'
import { SCHEMA_VERSION } from './schema.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'sallyport-open-')), 'data')
  file = join(folder, 'sallyport.db')
  const store = await openSqliteStore({ folder })
  for (let n = 0; n < 300; n++) void store.append(held(n).leaf)
  await store.read('head', {})
  await store.close()
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

test('the folder and all that is in it belong to its owner alone', async () => {
  const store = await openSqliteStore({ folder })
  await store.append(held(1).leaf)
  expect(mode(folder)).toBe('700')
  const names = readdirSync(folder)
  expect(names.toSorted()).toEqual(['sallyport.db', 'sallyport.db-wal'])
  expect(names.map((name) => mode(join(folder, name)))).toEqual(['600', '600'])
  await store.close()
})

test('a second opening, in this process or another, is told who is in the way and what to do', async () => {
  const child = await writing()
  const refused = failing('in-use', new RegExp(`\`${folder}\` is in use by another process: stop`))
  await expect(openSqliteStore({ folder })).rejects.toSatisfy(refused)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const store = await openSqliteStore({ folder })
  await expect(openSqliteStore({ folder })).rejects.toSatisfy(refused)
  await store.close()
})

test('a process that was killed leaves no lock behind', async () => {
  const child = await writing()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await openSqliteStore({ folder })).close()
})

test('two that make the same folder at once end with one store and one that waits outside', async () => {
  const fresh = join(folder, '..', 'fresh')
  const both = await Promise.allSettled([
    openSqliteStore({ folder: fresh }),
    openSqliteStore({ folder: fresh }),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  for (const one of both) if (one.status === 'fulfilled') await one.value.close()
})

test('data of a newer version is not touched', async () => {
  sql(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  await refuses(
    'newer',
    /written by a newer sallyport \(data version \d+, this one knows \d+\): start that version/,
  )
})

// biome-ignore format: a table is read by its rows
const DAMAGE: readonly (readonly [string, () => void])[] = [
  ['is empty',                     () => truncateSync(file, 0)],
  ['is torn',                      () => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['is something else',            () => writeFileSync(file, 'not a database, whatever its name says '.repeat(300))],
  ['is the database of another',   () => { rmSync(file); sql('CREATE TABLE other (a)') }],
  ['has a page of zeros',          () => zeroPage(9)],
  ['lacks its last entry',         () => sql('DELETE FROM leaf WHERE position = 299')],
  ['lacks its last hash',          () => sql('DELETE FROM hash WHERE level = 0 AND position = 299')],
  ['lacks the root of a subtree',  () => sql('DELETE FROM hash WHERE level = 1')],
  ['has another last entry',       () => sql("UPDATE leaf SET entry = x'7b7d' WHERE position = 299")],
]

test.each(DAMAGE)('a file that %s is named as damaged and left as it is', async (_, damage) => {
  damage()
  await refuses('damaged', /sallyport\.db` is damaged \(.+\): stop here, keep a copy/)
})

test('a store of the first version is brought up to this one, and has the same lives', async () => {
  const { life, leaf } = held(1)
  const ended = withdrawn(life)
  const store = await openSqliteStore({ folder })
  const begin = { kind: 'life', from: 0, life } as const
  await store.move({ writes: [begin, { kind: 'keep', kept: keptOf(1) }], leaves: [leaf] })
  await store.move({ writes: [{ kind: 'life', from: 1, life: ended.life }], leaves: [ended.leaf] })
  await store.move({ writes: [{ kind: 'life', from: 0, life: held(2).life }], leaves: [held(2).leaf] })
  await store.close()
  sql(`
    UPDATE life SET json = json_insert(json, '$.action', json((SELECT json FROM action WHERE action.seq = life.seq)));
    DROP TABLE action;
    PRAGMA user_version = 1;
  `)
  const again = await openSqliteStore({ folder })
  expect(await again.read('life', { id: life.action.id })).toEqual(ended.life)
  expect(await again.read('open', { limit: 9 })).toEqual([held(2).life])
  await again.close()
})

/** And does not write into it. */
async function refuses(fault: string, message: RegExp): Promise<void> {
  const before = readFileSync(file)
  await expect(openSqliteStore({ folder })).rejects.toSatisfy(failing(fault, message))
  expect(readFileSync(file).equals(before)).toBe(true)
}

function failing(fault: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreFailure && error.fault === fault && message.test(error.message)
}

async function writing(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [UNDER_LOAD, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.stdout.resume()
  return child
}

function sql(statement: string): void {
  const database = new DatabaseSync(file)
  database.exec(statement)
  database.close()
}

function zeroPage(number: number): void {
  const bytes = readFileSync(file)
  bytes.fill(0, (number - 1) * 4096, number * 4096)
  writeFileSync(file, bytes)
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

const UNDER_LOAD = fileURLToPath(import.meta.resolve('@sallyport/testkit/store/under-load'))
