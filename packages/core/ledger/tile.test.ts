import { grow, leaves, neighbours, sha256 } from '@sallyport/testkit/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hex } from '../action/digest.ts'
import {
  decodeEntries,
  decodeTile,
  encodeEntries,
  encodeTile,
  firstNode,
  isFilled,
  MAX_ENTRY_BYTES,
  parseTilePath,
  type Tile,
  tilePath,
  tileWidth,
} from './tile.ts'
import specifications from './vectors/specifications.json' with { type: 'json' }
import xMod from './vectors/x-mod.json' with { type: 'json' }

describe('a tile', () => {
  test('is as wide as the specification says of its example', () => {
    const { size, widths } = specifications.tilePaths
    for (const [level = 0, index = 0, width] of widths) expect(tileWidth(level, index, size)).toBe(width)
    expect(tileWidth(0, 0, 256)).toBe(256)
    expect(tileWidth(1, 0, 256)).toBe(1)
  })

  test('has the path of the specification and of an independent implementation', () => {
    expect(tilePath({ kind: 'entries', index: 1234067, width: 256 })).toBe('tile/entries/x001/x234/067')
    for (const { level, index, width, path } of xMod.paths) {
      const tile: Tile =
        level < 0 ? { kind: 'entries', index, width } : { kind: 'hashes', level, index, width }
      expect(tilePath(tile)).toBe(path)
      expect(parseTilePath(path)).toEqual(tile)
    }
  })

  test('has the bytes of an independent implementation', () => {
    const tree = grow(leaves(70_000))
    for (const { path, bytes, sha256: sum } of xMod.tiles) {
      const tile = parseTilePath(path)
      if (tile?.kind !== 'hashes') return expect.fail(path)
      const { level, index } = firstNode(tile)
      const encoded = encodeTile(neighbours(tree, level, index, tile.width))
      expect(encoded.length).toBe(bytes)
      expect(hex(sha256(encoded))).toBe(sum)
      expect(isFilled(tile, 70_000)).toBe(true)
      if (tile.width < 256) expect(isFilled({ ...tile, width: tile.width + 1 }, 70_000)).toBe(false)
    }
  })

  test.each([
    'tile/0/0',
    'tile/0/x000/001',
    'tile/00/001',
    'tile/64/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/07',
    'tile/0/001/x002',
    'tile/0/x001',
    'tile/data/001',
    'tile/entries/../001',
    '/tile/0/001',
    'tile/0/001\n',
    'checkpoint',
  ])('is not what `%s` names', (path) => {
    expect(parseTilePath(path)).toBeUndefined()
  })

  test('comes back from its path, whatever its index', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 256 }), (index, width) => {
        const tile: Tile = { kind: 'entries', index, width }
        expect(parseTilePath(tilePath(tile))).toEqual(tile)
      }),
    )
  })

  test('is decoded only from whole hashes, and never wider than 256', () => {
    expect(decodeTile(new Uint8Array(33))).toBeUndefined()
    expect(decodeTile(new Uint8Array(257 * 32))).toBeUndefined()
    expect(decodeTile(new Uint8Array(64))).toHaveLength(2)
  })
})

describe('a bundle', () => {
  test('gives back what was put in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 256 }),
        (entries) => {
          const { entries: decoded, whole } = decodeEntries(encodeEntries(entries))
          expect(whole).toBe(true)
          expect(decoded.map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]))
        },
      ),
    )
  })

  test('is never whole when it was cut, wherever', () => {
    const bytes = encodeEntries([Uint8Array.of(1, 2, 3), new Uint8Array(300)])
    for (let end = 1; end < bytes.length; end++) {
      const { entries, whole } = decodeEntries(bytes.subarray(0, end))
      expect([whole, entries.length]).toEqual(end === 5 ? [true, 1] : [false, end < 5 ? 0 : 1])
    }
  })

  test('takes an entry of 65,535 bytes and none that is longer', () => {
    const { entries } = decodeEntries(encodeEntries([new Uint8Array(MAX_ENTRY_BYTES)]))
    expect(entries[0]).toHaveLength(MAX_ENTRY_BYTES)
    expect(() => encodeEntries([new Uint8Array(MAX_ENTRY_BYTES + 1)])).toThrow('no entry has 65536 bytes')
  })
})
