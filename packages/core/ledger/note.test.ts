import { ed25519Verify, keyPair, sha256, treeHash } from '@sallyport/testkit/ledger'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkpointText, openCheckpoint, parseCheckpointText, signCheckpoint } from './checkpoint.ts'
import type { Hash } from './hash.ts'
import { encodeVerifierKey, keyOf, openNote, parseVerifierKey, signNote, verifierOf } from './note.ts'
import specifications from './vectors/specifications.json' with { type: 'json' }
import xMod from './vectors/x-mod.json' with { type: 'json' }

const NAME = 'sallyport.example/log'
const OURS = keyPair(NAME, 'a seed for vectors')
const STRANGER = keyPair(NAME, 'another seed')
const WITNESS = keyPair('witness.example', 'a witness')
const ROOT = treeHash([]) as Hash
const HEAD = { origin: NAME, size: 0, root: ROOT, extensions: [] }

describe('a signed note', () => {
  test.each([
    ['the specification', specifications.signedNote],
    ['an independent implementation', xMod.note],
  ])('of %s opens with the key that stands there', (_, { vkey, text, note }) => {
    const key = parseVerifierKey(sha256, vkey)
    if (key === undefined) return expect.fail('no key')
    expect(encodeVerifierKey(key)).toBe(vkey)
    expect(openNote(note, [verifierOf(key, ed25519Verify)])).toMatchObject({ kind: 'signed', text })
  })

  test('is written byte for byte as an independent implementation writes it', () => {
    expect(encodeVerifierKey(keyOf(sha256, NAME, OURS.raw))).toBe(xMod.note.vkey)
    expect(signNote(xMod.note.text, [OURS.signer])).toBe(xMod.note.note)
  })

  test('opens with any key that signed it, and signatures of others do not hinder', () => {
    const note = signNote('a\n\nb\n', [WITNESS.signer, OURS.signer])
    for (const { verifier } of [OURS, WITNESS])
      expect(openNote(note, [verifier])).toEqual({ kind: 'signed', text: 'a\n\nb\n', by: [verifier] })
  })

  test('by nobody known is not opened, and who signed it is named', () => {
    const note = signNote('text\n', [WITNESS.signer])
    expect(openNote(note, [OURS.verifier])).toEqual({ kind: 'unknown-key', names: ['witness.example'] })
    expect(openNote(note, [])).toEqual({ kind: 'unknown-key', names: ['witness.example'] })
  })

  test("by a stranger under the known key's name and id is not opened, beside a good signature neither", () => {
    const forger = { ...STRANGER.signer, keyId: OURS.signer.keyId }
    const foreign = { kind: 'foreign-signature', name: NAME }
    expect(openNote(signNote('text\n', [forger]), [OURS.verifier])).toEqual(foreign)
    expect(openNote(signNote('text\n', [OURS.signer, forger]), [OURS.verifier])).toEqual(foreign)
  })

  test('does not open with any one of its characters changed', () => {
    const note = signNote('text\n', [OURS.signer])
    fc.assert(
      fc.property(
        fc.nat({ max: note.length - 1 }),
        fc.constantFrom('A', 'b', '+', ' ', '\n', '\0'),
        (at, by) => {
          fc.pre(note[at] !== by)
          const changed = note.slice(0, at) + by + note.slice(at + 1)
          expect(openNote(changed, [OURS.verifier]).kind).not.toBe('signed')
        },
      ),
      { numRuns: 500 },
    )
  })

  const signature = signNote('text\n', [OURS.signer]).slice('text\n\n'.length)
  test.each([
    ['no signature', 'text\n\n'],
    ['no blank line', `text\n${signature}`],
    ['no newline at its end', `text\n\n${signature.slice(0, -1)}`],
    ['a carriage return', `text\r\n\n${signature}`],
    ['a lone surrogate', `te\ud800xt\n\n${signature}`],
    ['another line among the signatures', `text\n\n${signature}hello\n`],
    ['a hyphen for the dash', `text\n\n${signature.replace('—', '-')}`],
    ['a name with a no-break space', `text\n\n${signature.replace('.example', '.exa\u00a0mple')}`],
    [
      'base 64 with a bit to spare',
      `text\n\n${signature.replace(/.=\n$/, (end) => (end === 'B=\n' ? 'C=\n' : 'B=\n'))}`,
    ],
    ['more signatures than anybody needs', `text\n\n${signature.repeat(65)}`],
  ])('with %s is malformed', (_, note) => {
    expect(openNote(note, [OURS.verifier]).kind).toBe('malformed')
  })
})

test.each([
  ['another id', '530d903b', 'AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
  ['an id in capitals', '530D903A', 'AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
  ['another algorithm', '530d903a', 'BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
  ['a key cut short', '530d903a', 'AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv'],
])('a verifier key with %s is none', (_, id, key) => {
  expect(parseVerifierKey(sha256, `example.com/foo+${id}+${key}`)).toBeUndefined()
})

describe('a checkpoint', () => {
  test('of the specification is read, and spelled as there', () => {
    const { text, origin, size } = specifications.checkpoint
    const checkpoint = parseCheckpointText(text)
    if (checkpoint.kind === 'malformed') return expect.fail(checkpoint.problem)
    expect(checkpoint).toMatchObject({ origin, size, extensions: [] })
    expect(checkpointText(checkpoint)).toBe(text)
  })

  test('opens with the key of its log', () => {
    const opened = openCheckpoint(signCheckpoint(HEAD, [OURS.signer]), OURS.verifier)
    expect(opened).toEqual({ kind: 'signed', checkpoint: { kind: 'checkpoint', ...HEAD } })
  })

  test('that speaks of another log is not this one, whoever signed it', () => {
    const note = signCheckpoint({ ...HEAD, origin: 'other.example/log' }, [OURS.signer])
    expect(openCheckpoint(note, OURS.verifier)).toEqual({
      kind: 'foreign-origin',
      origin: 'other.example/log',
    })
  })

  const root = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  test.each([
    ['two lines', 'o\n1\n'],
    ['no newline at its end', `o\n1\n${root}`],
    ['an empty origin', `\n1\n${root}\n`],
    ['an empty line behind', `o\n1\n${root}\n\n`],
    ['a leading zero', `o\n01\n${root}\n`],
    ['a sign', `o\n+1\n${root}\n`],
    ['a size that a number cannot hold', `o\n9007199254740993\n${root}\n`],
    ['a root of 31 bytes', `o\n1\n${root.slice(0, 40)}AA==\n`],
    ['a root without its padding', `o\n1\n${root.slice(0, -1)}\n`],
  ])('with %s is malformed', (_, text) => {
    expect(parseCheckpointText(text).kind).toBe('malformed')
  })

  test('keeps extension lines, and is not signed with an empty one', () => {
    const note = signCheckpoint({ ...HEAD, extensions: ['epoch 2'] }, [OURS.signer])
    expect(openCheckpoint(note, OURS.verifier)).toMatchObject({ checkpoint: { extensions: ['epoch 2'] } })
    expect(() => signCheckpoint({ ...HEAD, extensions: [''] }, [OURS.signer])).toThrow('not empty')
  })
})
