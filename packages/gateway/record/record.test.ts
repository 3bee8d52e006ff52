import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKPOINT_PATH, openCheckpoint } from '@sallyport/core/ledger/checkpoint'
import { encodeVerifierKey, keyOf } from '@sallyport/core/ledger/note'
import { encodeReceipt } from '@sallyport/core/ledger/receipt'
import { claim } from '@sallyport/testkit/claim'
import { keyPair, sha256 } from '@sallyport/testkit/ledger'
import { actionId, allowed, held, settled } from '@sallyport/testkit/lives'
import { NODE_ENGINES } from '@sallyport/verify/node'
import { verifyLog } from '@sallyport/verify/verify-log'
import { verifyReceipt } from '@sallyport/verify/verify-receipt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite/open.ts'
import type { Head, Store } from '../store/store.ts'
import { logReader } from './log.ts'
import { openPublisher, type Publisher, PublisherFailure } from './publisher.ts'
import { receiptOf } from './receipt.ts'

const ORIGIN = 'example.org/log'
const { signer, verifier, raw } = keyPair(ORIGIN, 'the log of these tests')
const KEY = encodeVerifierKey(keyOf(sha256, ORIGIN, raw))

let root: string
let keptPath: string
let folder: string
let store: Store
let publisher: Publisher | undefined
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-record-'))
  folder = join(root, 'data')
  keptPath = join(root, 'checkpoint')
  store = await openSqliteStore({ folder })
})
afterEach(async () => {
  await stop()
  rmSync(root, { recursive: true })
})

describe('the record as it is served', () => {
  test.each([0, 1, 255, 256, 257, 700])(
    claim(
      'L2',
      'core',
      'a verifier without the server finds %i leaves sound, and each published head continues the last',
    ),
    async (count) => {
      await start()
      await fill(0, count)
      const first = await sound(count)
      await fill(count, 40)
      expect(await sound(count + 40, first)).not.toBe(first)
    },
  )

  test('has nothing beyond what is signed, and nothing under another spelling', async () => {
    await start()
    await fill(0, 300)
    await publisher?.covering(300)
    const published = { size: 256, note: '' }
    const read = logReader(store, { current: () => published })
    expect(await read('tile/0/000')).toMatchObject({
      immutable: true,
      contentType: 'application/octet-stream',
    })
    expect(await read('tile/1/000.p/1')).toBeDefined()
    for (const path of [
      'tile/0/001.p/44',
      'tile/entries/001.p/44',
      'tile/0/000.p/300',
      'tile/0/0',
      '',
      '../data',
    ])
      expect(await read(path)).toBeUndefined()
    expect(await logReader(store, { current: () => undefined })(CHECKPOINT_PATH)).toBeUndefined()
  })

  test('an action has a receipt of all its leaves that is checked without the server', async () => {
    await start()
    await fill(0, 70)
    const { life, leaf } = allowed(100)
    const nonce = new Uint8Array(32).fill(7)
    const kept = { action: life.action.id, nonce, claim: 'c', idempotency: null, payload: null, answer: null }
    await store.move({
      writes: [
        { kind: 'life', from: 0, life },
        { kind: 'keep', kept },
      ],
      leaves: [leaf],
    })
    await fill(200, 70)
    const then = settled(life)
    await store.move({ writes: [{ kind: 'life', from: 1, life: then.life }], leaves: [then.leaf] })
    const receipt = await receipted(100, true)
    expect(verifyReceipt(NODE_ENGINES, receipt, KEY)).toMatchObject({
      kind: 'sound',
      action: life.action.id,
      state: 'succeeded',
      leaves: 2,
    })
    expect(receipt).toContain(`"nonce":"${'07'.repeat(32)}"`)
    expect(await receipted(100, false)).toContain('"nonce":null')
    expect(
      await receiptOf({ store, publisher: running() }, actionId(999), { disclose: true }),
    ).toBeUndefined()
  })
})

describe('the kept checkpoint', () => {
  test('is on the disk, for its owner alone, before its head is served', async () => {
    await start()
    await fill(0, 10)
    const { note, size } = await running().covering(10)
    expect(size).toBe(10)
    expect(readFileSync(keptPath, 'utf8')).toBe(note)
    expect((statSync(keptPath).mode & 0o777).toString(8)).toBe('600')
  })

  test('that cannot be written keeps its head from being served, until it can', async () => {
    await start()
    await fill(0, 3)
    const { note } = await running().covering(3)
    rmSync(keptPath)
    cpSync(folder, keptPath, { recursive: true })
    await fill(3, 3)
    await expect(until(() => running().problem() !== undefined)).resolves.toBe(true)
    expect(running().current()).toEqual({ size: 3, note })
    rmSync(keptPath, { recursive: true })
    expect(await running().covering(6)).toMatchObject({ size: 6 })
    expect(running().problem()).toBeUndefined()
  })

  test('is what is served after a start, before anything is signed anew', async () => {
    await start()
    await fill(0, 5)
    const before = await running().covering(5)
    await stop()
    store = await openSqliteStore({ folder })
    await start()
    expect(running().current()).toEqual(before)
  })

  test('that is ahead of the store stops the signing: an older store was put back', async () => {
    await start()
    await fill(0, 4)
    await running().covering(4)
    await stop()
    cpSync(folder, join(root, 'backup'), { recursive: true })
    store = await openSqliteStore({ folder })
    await start()
    await fill(4, 4)
    await running().covering(8)
    await stop()
    const kept = readFileSync(keptPath)
    store = await openSqliteStore({ folder: join(root, 'backup') })
    await expect(start()).rejects.toSatisfy(failing('behind'))
    await fill(50, 9)
    await expect(start()).rejects.toSatisfy(failing('forked'))
    expect(readFileSync(keptPath)).toEqual(kept)
  })

  test('of another key, or torn, stops the signing', async () => {
    await start()
    await fill(0, 4)
    const { note } = await running().covering(4)
    await publisher?.close()
    for (const bad of [note.slice(0, -20), '', note.replace(ORIGIN, 'example.org/other')]) {
      writeFileSync(keptPath, bad)
      await expect(start()).rejects.toSatisfy(failing('kept-unreadable'))
    }
  })
})

test('heads that come while one is being signed get one signature together, over the newest of them', async () => {
  let signed = 0
  const counting = { ...signer, sign: (message: Uint8Array) => (signed++, signer.sign(message)) }
  let commit: (head: Head) => void = () => undefined
  const bursting: Pick<Store, 'read' | 'onHead'> = {
    read: (kind, query) => store.read(kind, query),
    onHead(listener) {
      commit = listener
      return () => undefined
    },
  }
  publisher = await openPublisher({ store: bursting, signer: counting, verifier, keptPath })
  await publisher.covering(0)
  for (let size = 1; size <= 60; size++) commit({ size, root: new Uint8Array(32).fill(size) })
  const { note } = await publisher.covering(60)
  const newest = { size: 60, root: new Uint8Array(32).fill(60) }
  expect(openCheckpoint(note, verifier)).toMatchObject({ kind: 'signed', checkpoint: newest })
  expect(signed).toBeLessThanOrEqual(3)
})

function failing(fault: PublisherFailure['fault']): (error: unknown) => boolean {
  return (error) => error instanceof PublisherFailure && error.fault === fault
}

async function start(): Promise<void> {
  publisher = await openPublisher({ store, signer, verifier, keptPath })
}

async function stop(): Promise<void> {
  await publisher?.close()
  publisher = undefined
  await store.close()
}

function running(): Publisher {
  if (publisher === undefined) throw new Error('the publisher was not started')
  return publisher
}

async function fill(from: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => store.append(held(from + i).leaf)))
}

/** The note of a log that was read as a stranger reads it. */
async function sound(size: number, kept?: string): Promise<string> {
  await running().covering(size)
  const read = logReader(store, running())
  const source = { read: async (path: string) => (await read(path))?.bytes }
  const verdict = await verifyLog(NODE_ENGINES, source, KEY, kept === undefined ? {} : { kept })
  expect(verdict).toMatchObject({ kind: 'sound', checkpoint: { size } })
  return verdict.kind === 'sound' ? verdict.note : ''
}

async function receipted(n: number, disclose: boolean): Promise<string> {
  const receipt = await receiptOf({ store, publisher: running() }, actionId(n), { disclose })
  return receipt === undefined ? '' : encodeReceipt(receipt)
}

async function until(isSo: () => boolean): Promise<boolean> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
  return true
}
