import { canonicalBytes } from '@sallyport/core/action/canonical'
import { encodeLeaf } from '@sallyport/core/ledger/leaf'
import { encodeVerifierKey, keyOf, type Signer } from '@sallyport/core/ledger/note'
import { encodeEntries } from '@sallyport/core/ledger/tile'
import { claim } from '@sallyport/testkit/claim'
import { changed, history } from '@sallyport/testkit/history'
import { keyPair, publish, sha256, utf8 } from '@sallyport/testkit/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding, Wrong } from './finding.ts'
import { NODE_ENGINES } from './node.ts'
import type { LogSource } from './source.ts'
import { type SoundLog, verifyLog } from './verify-log.ts'

const ORIGIN = 'sallyport.example/log'
const OURS = keyPair(ORIGIN, 'ours')
const STRANGER = keyPair(ORIGIN, 'stranger')
const VKEY = encodeVerifierKey(keyOf(sha256, ORIGIN, OURS.raw))
const LEAVES = history(600)
const OTHERS = Array.from({ length: 600 }, (_, i) => encodeLeaf(changed(`other ${i}`)))
const FILES = publish(ORIGIN, LEAVES, [OURS.signer])

type Files = ReadonlyMap<string, Uint8Array>
type Leaves = readonly Uint8Array[]

function sourceOf(files: Files): LogSource {
  return { read: async (path) => files.get(path) }
}

function check(files: Files, kept?: Files): Promise<SoundLog | Finding> {
  const note = kept?.get('checkpoint')
  const options = note === undefined ? {} : { kept: new TextDecoder().decode(note) }
  return verifyLog(NODE_ENGINES, sourceOf(files), VKEY, options)
}

/** What an attacker without the key can write: these leaves and tiles, under the names that the signed size asks for. */
function forged(parts: { readonly bundles?: Leaves; readonly tiles?: Leaves }, files: Files = FILES): Files {
  const out = new Map(files)
  const bundles = [...files.keys()].filter((path) => path.startsWith('tile/entries/')).sort()
  for (const [n, path] of bundles.entries()) {
    const end = n === bundles.length - 1 ? undefined : (n + 1) * 256
    const entries = parts.bundles?.slice(n * 256, end)
    if (entries !== undefined) out.set(path, Buffer.concat(entries.map((entry) => encodeEntries([entry]))))
  }
  if (parts.tiles !== undefined)
    for (const [path, bytes] of publish(ORIGIN, parts.tiles, []))
      if (/^tile\/\d/.test(path)) out.set(path, bytes)
  return out
}

function signedBy(...signers: Signer[]): Files {
  return publish(ORIGIN, LEAVES, signers)
}

const NEW = encodeLeaf(changed('never signed'))
const leafAt = (index: number): Uint8Array => LEAVES[index] ?? NEW
const edit = (at: number): Leaves => LEAVES.with(at, NEW)
const remove = (at: number): Leaves => LEAVES.toSpliced(at, 1)
const insert = (at: number): Leaves => LEAVES.toSpliced(at, 0, NEW)
const swap = (a: number, b: number): Leaves => LEAVES.with(a, leafAt(b)).with(b, leafAt(a))
const without = (...paths: string[]): Files => new Map([...FILES].filter(([path]) => !paths.includes(path)))
const withFile = (path: string, bytes: Uint8Array | undefined): Files =>
  new Map(FILES).set(path, bytes ?? NEW)
const OTHER_LOG = publish(ORIGIN, OTHERS, [OURS.signer])
const PREFIX = publish(ORIGIN, LEAVES.slice(0, 300), [OURS.signer])

describe('a log', () => {
  test(claim('L2', 'core', 'that nobody touched is sound, whatever its size'), async () => {
    for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 600]) {
      const files = publish(ORIGIN, LEAVES.slice(0, size), [OURS.signer])
      expect(await check(files)).toMatchObject({ kind: 'sound', checkpoint: { size } })
    }
  })

  test('that grew since the kept checkpoint is sound', async () => {
    for (const size of [0, 1, 255, 256, 300, 512, 599, 600])
      expect((await check(FILES, publish(ORIGIN, LEAVES.slice(0, size), [OURS.signer]))).kind).toBe('sound')
  })

  test('that dropped its partial tiles after they grew full is sound', async () => {
    const grown = publish(ORIGIN, history(768), [OURS.signer])
    const files = new Map([...grown, ['checkpoint', FILES.get('checkpoint') ?? NEW] as const])
    const upper = 'tile/1/000.p/2'
    files.set(upper, FILES.get(upper) ?? NEW)
    expect((await check(files)).kind).toBe('sound')
  })

  // Who did it, which files they changed, the name of it, and the first leaf that is wrong (with the last that can be).
  const attacks: readonly [string, Files, Wrong, number | null, number?][] = [
    ['edits a leaf', forged({ bundles: edit(7) }), 'edited', 7],
    ['edits the last leaf', forged({ bundles: edit(599) }), 'edited', 599],
    ['deletes a leaf', forged({ bundles: remove(7) }), 'deleted', 7],
    ['deletes the last leaf of a bundle', forged({ bundles: remove(255) }), 'deleted', 255],
    ['deletes the last leaf of the log', forged({ bundles: remove(599) }), 'truncated', 599],
    ['deletes a bundle', without('tile/entries/001'), 'deleted', 256, 511],
    ['deletes a bundle and its tile', without('tile/entries/001', 'tile/0/001'), 'deleted', 256, 511],
    ['inserts a leaf', forged({ bundles: insert(7) }), 'inserted', 7],
    ['inserts a leaf behind the last', forged({ bundles: insert(600) }), 'inserted', 600],
    ['swaps two leaves', forged({ bundles: swap(7, 8) }), 'reordered', 7],
    ['swaps two leaves far apart', forged({ bundles: swap(255, 520) }), 'reordered', 255],
    ['moves a leaf to the end', forged({ bundles: [...remove(7), leafAt(7)] }), 'reordered', 7],
    ['repeats a leaf', forged({ bundles: LEAVES.toSpliced(8, 0, leafAt(7)) }), 'duplicated', 8],
    ['puts an old leaf over a new one', forged({ bundles: LEAVES.with(300, leafAt(7)) }), 'duplicated', 300],
    ['cuts the end off', forged({ bundles: LEAVES.slice(0, 590) }), 'truncated', 590],
    ['cuts the end and its tiles off', without('tile/entries/002.p/88', 'tile/0/002.p/88'), 'truncated', 512],
    ['edits a leaf and its tile', forged({ bundles: edit(300), tiles: edit(300) }), 'forked', 0, 599],
    [
      'edits a leaf and the lowest tile',
      new Map(forged({ bundles: edit(300) })).set(
        'tile/0/001',
        publish(ORIGIN, edit(300), []).get('tile/0/001') ?? NEW,
      ),
      'edited',
      256,
      511,
    ],
    ['edits a hash in a tile', forged({ tiles: edit(599) }), 'wrong-tile', 599],
    ['puts in a tile of another log', withFile('tile/0/000', OTHER_LOG.get('tile/0/000')), 'wrong-tile', 0],
    [
      'puts in an upper tile of another log',
      withFile('tile/1/000.p/2', OTHER_LOG.get('tile/1/000.p/2')),
      'wrong-tile',
      0,
      255,
    ],
    [
      'puts in a bundle of another log',
      withFile('tile/entries/001', OTHER_LOG.get('tile/entries/001')),
      'edited',
      256,
    ],
    ['loses a tile', without('tile/0/001'), 'wrong-tile', 256],
    [
      'serves all leaves and tiles of another log',
      forged({ bundles: OTHERS, tiles: OTHERS }),
      'forked',
      0,
      599,
    ],
    ['signs with a key of their own', signedBy(STRANGER.signer), 'unknown-key', null],
    [
      "signs in the log's name",
      signedBy({ ...STRANGER.signer, keyId: OURS.signer.keyId }),
      'foreign-signature',
      null,
    ],
    [
      "signs in the log's name beside it",
      signedBy(OURS.signer, { ...STRANGER.signer, keyId: OURS.signer.keyId }),
      'foreign-signature',
      null,
    ],
    [
      'signs the head of another log',
      publish('other.example/log', LEAVES, [OURS.signer]),
      'foreign-origin',
      null,
    ],
    ['has no checkpoint', without('checkpoint'), 'malformed', null],
    ['writes a checkpoint that is none', withFile('checkpoint', utf8('hello\n')), 'malformed', null],
    ['writes a checkpoint that is no text', withFile('checkpoint', Uint8Array.of(0xff)), 'malformed', null],
  ]
  test.each(attacks)(claim('L2', 'core', 'is named when somebody %s'), async (...row) => {
    const [, files, wrong, first, last = first] = row
    const leaf = first === null ? null : { first, last }
    expect(await check(files)).toMatchObject({ kind: 'unsound', wrong, leaf })
  })

  // The operator holds the key: only who kept an older head can tell.
  const rewrites: readonly [string, Files, Files, Wrong, number, number][] = [
    ['is rolled back behind it', PREFIX, FILES, 'rolled-back', 300, 599],
    ['is written anew to the same size', OTHER_LOG, FILES, 'forked', 0, 599],
    ['is written anew and grew', OTHER_LOG, PREFIX, 'forked', 0, 299],
    [
      'is changed only behind it, without the key',
      forged({ bundles: edit(400), tiles: edit(400) }),
      PREFIX,
      'forked',
      300,
      599,
    ],
    [
      'is changed before it, without the key',
      forged({ bundles: edit(299), tiles: edit(299) }),
      PREFIX,
      'forked',
      0,
      599,
    ],
  ]
  test.each(rewrites)(claim('L2', 'core', 'that %s is named by who kept a checkpoint'), async (...row) => {
    const [, files, kept, wrong, first, last] = row
    expect(await check(files, kept)).toMatchObject({ kind: 'unsound', wrong, leaf: { first, last } })
  })

  test('is not measured against a kept checkpoint that is not its own', async () => {
    expect(await check(FILES, signedBy(STRANGER.signer))).toMatchObject({ wrong: 'unknown-key' })
    const other = publish('other.example/log', LEAVES, [OURS.signer])
    expect(await check(FILES, other)).toMatchObject({ wrong: 'foreign-origin' })
  })

  test('is found wrong at the very leaf, wherever and in whatever size one of them was changed', async () => {
    const damages: [Wrong, (leaves: Leaves, at: number) => Leaves][] = [
      ['edited', (leaves, at) => leaves.with(at, NEW)],
      ['inserted', (leaves, at) => leaves.toSpliced(at, 0, NEW)],
      ['deleted', (leaves, at) => leaves.toSpliced(at, 1)],
      ['truncated', (leaves, at) => leaves.slice(0, at)],
    ]
    const cases = fc.tuple(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.constantFrom(...damages))
    await fc.assert(
      fc.asyncProperty(cases, async ([size, anywhere, [wrong, damage]]) => {
        const at = anywhere % size
        const leaves = LEAVES.slice(0, size)
        const files = publish(ORIGIN, leaves, [OURS.signer])
        const found = await check(forged({ bundles: damage(leaves, at) }, files))
        // Without its last leaf a log is cut, whichever way it was lost.
        const name = wrong === 'deleted' && at === size - 1 ? 'truncated' : wrong
        expect(found).toMatchObject({ wrong: name, leaf: { first: at, last: at } })
      }),
      { numRuns: 80 },
    )
  })

  test('is never sound with any byte of any file changed, added or taken away', async () => {
    const paths = fc.constantFrom(...PREFIX.keys())
    await fc.assert(
      fc.asyncProperty(
        paths,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.nat({ max: 2 }),
        async (path, at, bits, how) => {
          const bytes = [...(PREFIX.get(path) ?? [])]
          const place = at % bytes.length
          if (how === 0) bytes[place] = (bytes[place] ?? 0) ^ bits
          else if (how === 1) bytes.splice(place, 1)
          else bytes.splice(place, 0, bits)
          const found = await check(new Map(PREFIX).set(path, Uint8Array.from(bytes)))
          expect(found.kind).toBe('unsound')
        },
      ),
      { numRuns: 400 },
    )
  })

  test('of more than 65,536 leaves is read down from its highest tile', async () => {
    const leaves = Array.from({ length: 65_800 }, (_, n) => canonicalBytes({ kind: 'changed', v: 1, n }))
    const files = publish(ORIGIN, leaves, [OURS.signer])
    expect(await check(files)).toMatchObject({ kind: 'sound', checkpoint: { size: 65_800 } })
    const upper = Uint8Array.from(files.get('tile/1/000') ?? [])
    upper[32 * 5] = (upper[32 * 5] ?? 0) ^ 1
    const damaged = new Map(files).set('tile/1/000', upper)
    expect(await check(damaged)).toMatchObject({ wrong: 'wrong-tile', leaf: { first: 1280, last: 1535 } })
    const copied = new Map(files).set('tile/entries/256', files.get('tile/entries/255') ?? NEW)
    expect(await check(copied)).toMatchObject({ wrong: 'duplicated', leaf: { first: 65_536, last: 65_536 } })
  })

  test('whose files cannot be read is neither sound nor unsound', async () => {
    const source: LogSource = { read: () => Promise.reject(new Error('no route')) }
    await expect(verifyLog(NODE_ENGINES, source, VKEY)).rejects.toThrow('no route')
    await expect(verifyLog(NODE_ENGINES, sourceOf(FILES), 'nonsense')).rejects.toThrow('no verifier key')
  })
})
