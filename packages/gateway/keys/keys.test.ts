import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { openNote, parseVerifierKey, signNote, verifierOf } from '@sallyport/core/ledger/note'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { ed25519Verify, logKeyOf } from './ed25519.ts'
import { KeyProblem } from './folder.ts'
import { identityKeyOf } from './identity.ts'
import { openKeys } from './keys.ts'
import { sha256 } from './sha256.ts'

const NAMES = ['api-key', 'claim', 'identity', 'log', 'seal']

describe('the first start', () => {
  test('makes every key, for its owner alone', () => {
    const data = join(fresh(), 'data')
    openKeys(data, false, randomBytes)
    expect(readdirSync(join(data, 'keys')).sort()).toEqual(NAMES)
    expect(modeOf(data)).toBe('700')
    expect(modeOf(join(data, 'keys'))).toBe('700')
    for (const name of NAMES) expect(modeOf(join(data, 'keys', name))).toBe('600')
  })

  test('makes what is missing where the one before it was cut', () => {
    const data = fresh()
    const before = openKeys(data, false, randomBytes)
    rmSync(join(data, 'keys', 'seal'))
    writeFileSync(join(data, 'keys', 'seal.unfinished'), 'sallyport-se')
    const after = openKeys(data, false, randomBytes)
    expect(after.tag(Buffer.from('a'))).toBe(before.tag(Buffer.from('a')))
    expect(existsSync(join(data, 'keys', 'seal'))).toBe(true)
  })
})

test('the next start has the same keys', () => {
  const data = fresh()
  const before = openKeys(data, false, randomBytes)
  const after = openKeys(data, true, () => {
    throw new Error('nothing is drawn beside a store')
  })
  expect(after.log.verifierLine('log.example/1')).toBe(before.log.verifierLine('log.example/1'))
  expect(after.jwks).toEqual(before.jwks)
  expect(after.seal.equals(before.seal)).toBe(true)
  expect(after.derivation.equals(before.derivation)).toBe(true)
  expect(after.tag(Buffer.from('a'))).toBe(before.tag(Buffer.from('a')))
})

describe('a key that is missing beside a store is an error that says what it means', () => {
  test.each([
    ['log', 'record'],
    ['seal', 'parked actions'],
    ['claim', 'approvals'],
    ['api-key', 'every agent key'],
  ])('%s', (name, loss) => {
    const data = started()
    rmSync(join(data, 'keys', name))
    const problem = refused(data)
    expect(problem.message).toContain('is missing beside its database')
    expect(problem.help).toContain(loss)
    expect(existsSync(join(data, 'keys', name))).toBe(false)
  })
})

describe('a key that others may read is refused, with the way out', () => {
  test.each([
    ['keys/seal', 0o640, 'chmod 600'],
    ['keys/log', 0o604, 'chmod 600'],
    ['keys/identity', 0o644, 'chmod 600'],
    ['keys', 0o750, 'chmod 700'],
    ['.', 0o775, 'chmod 700'],
  ])('%s with mode %o', (path, mode, advice) => {
    const data = started()
    chmodSync(join(data, path), mode)
    expect(refused(data).help).toContain(advice)
  })
})

describe('a file that is no key of its purpose is refused', () => {
  test('two that changed places', () => {
    const data = started()
    renameSync(join(data, 'keys', 'seal'), join(data, 'keys', 'claim'))
    expect(refused(data).message).toMatch(/claim` is no key of this purpose/)
  })

  test.each([
    '',
    'sallyport-seal-1:',
    'sallyport-seal-1:AAAA',
    `sallyport-seal-1:${'A'.repeat(43)}B`,
    `sallyport-seat-1:${'A'.repeat(43)}=`,
  ])('%j', (text) => {
    const data = started()
    writeFileSync(join(data, 'keys', 'seal'), text)
    const problem = refused(data)
    expect(problem.message).toMatch(/seal` is no key of this purpose/)
    expect(inspect(problem)).not.toContain('AAAA')
  })
})

test('no log line and no serialiser takes a key along', () => {
  const data = fresh()
  const keys = openKeys(data, false, randomBytes)
  const shown = inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys)
  for (const name of NAMES) {
    const [, key = ''] = readFileSync(join(data, 'keys', name), 'utf8')
      .trim()
      .split(':')
    expect(shown).not.toContain(key)
    expect(shown).not.toContain(Buffer.from(key, 'base64').toString('hex'))
  }
})

describe('the key of the log', () => {
  test('signs what whoever has its verifier line can check, under its name alone', () => {
    const { log } = openKeys(fresh(), false, randomBytes)
    const key = parseVerifierKey(sha256, log.verifierLine('log.example/1'))
    const verifier = key && verifierOf(key, ed25519Verify)
    const known = verifier === undefined ? [] : [verifier]
    expect(openNote(signNote('a text\n', [log.signer('log.example/1')]), known)).toMatchObject({
      kind: 'signed',
    })
    expect(openNote(signNote('a text\n', [log.signer('log.example/2')]), known)).toMatchObject({
      kind: 'unknown-key',
    })
  })

  test('is Ed25519 as RFC 8032 has it (7.1, test 2)', () => {
    const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
    const log = logKeyOf(seed, sha256)
    const { publicKey } = log.verifierKey('log')
    expect(Buffer.from(publicKey).toString('hex')).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    const signature = log.signer('log').sign(Uint8Array.of(0x72))
    expect(Buffer.from(signature).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(ed25519Verify(publicKey, Uint8Array.of(0x72), signature)).toBe(true)
    expect(ed25519Verify(publicKey, Uint8Array.of(0x73), signature)).toBe(false)
  })
})

describe('the key of identity', () => {
  test('is published under its thumbprint as RFC 8037 has it (A.2, A.3)', () => {
    const seed = Buffer.from('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', 'base64url')
    expect(identityKeyOf(seed, sha256).jwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
      alg: 'EdDSA',
      use: 'sig',
    })
  })

  test('is made anew when it was taken away, since nothing that lasts is made with it', () => {
    const data = started()
    const [before] = openKeys(data, true, randomBytes).jwks.keys
    rmSync(join(data, 'keys', 'identity'))
    const [after, ...others] = openKeys(data, true, randomBytes).jwks.keys
    expect(after?.kid).not.toBe(before?.kid)
    expect(others).toEqual([])
    expect(modeOf(join(data, 'keys', 'identity'))).toBe('600')
  })

  describe('while it is rotated', () => {
    const here = (data: string): string => join(data, 'keys', 'identity')
    const other = (data: string): string => join(data, 'keys', 'identity-other')

    test('is published beside the one that signed before, and signs alone', async () => {
      const data = started()
      const before = openKeys(data, true, randomBytes)
      renameSync(here(data), other(data))
      const after = openKeys(data, true, randomBytes)
      expect(after.jwks.keys).toEqual([after.identity.jwk, before.identity.jwk])
      const published = createLocalJWKSet({ keys: after.jwks.keys.map((key) => ({ ...key })) })
      for (const { identity } of [before, after]) {
        const { protectedHeader } = await jwtVerify(identity.jwt({ sub: 'bot' }), published)
        expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: identity.jwk.kid })
      }
      rmSync(other(data))
      expect(openKeys(data, true, randomBytes).jwks.keys).toEqual([after.identity.jwk])
    })

    test('is published once where it was copied and not moved', () => {
      const data = started()
      writeFileSync(other(data), readFileSync(here(data)), { mode: 0o600 })
      expect(openKeys(data, true, randomBytes).jwks.keys).toHaveLength(1)
    })

    test('has another that nobody else may read and that is of its purpose', () => {
      const data = started()
      renameSync(here(data), other(data))
      chmodSync(other(data), 0o644)
      expect(refused(data).help).toContain('chmod 600')
      rmSync(other(data))
      writeFileSync(other(data), readFileSync(join(data, 'keys', 'seal')), { mode: 0o600 })
      expect(refused(data).message).toMatch(/identity-other` is no key of this purpose/)
    })
  })
})

function fresh(): string {
  return mkdtempSync(join(tmpdir(), 'sallyport-keys-'))
}

function started(): string {
  const data = fresh()
  openKeys(data, false, randomBytes)
  return data
}

function refused(data: string): KeyProblem {
  try {
    openKeys(data, true, randomBytes)
  } catch (problem) {
    if (problem instanceof KeyProblem) return problem
  }
  throw new Error('nothing was refused')
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}
