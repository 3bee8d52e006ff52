import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate } from '@sallyport/testkit/certificate'
import { expect, test } from 'vitest'
import { loadCertificate } from './certificate.ts'

const root = certificate()
const own = root.issue().issue()
const day = (days: number) => new Date(Date.now() + days * 86_400_000)

function load(chain: string, key: string, mode = 0o600) {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-certificate-'))
  const tls = { certificate: join(folder, 'door.crt'), key: `file:${folder}/door.key` }
  writeFileSync(tls.certificate, chain)
  writeFileSync(join(folder, 'door.key'), key, { mode })
  chmodSync(join(folder, 'door.key'), mode)
  return loadCertificate(tls, () => undefined, new Date())
}

test('a chain and its key are ready to be shown', () => {
  expect(load(own.chain, own.key)).toMatchObject({ chain: own.chain, key: own.key })
})

test('a key that systemd hands in is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-certificate-'))
  writeFileSync(join(folder, 'crt'), own.chain)
  writeFileSync(join(folder, 'key'), own.key, { mode: 0o400 })
  const tls = { certificate: join(folder, 'crt'), key: 'credential:key' }
  expect(loadCertificate(tls, () => folder, new Date()).key).toBe(own.key)
  expect(() => loadCertificate(tls, () => undefined, new Date())).toThrow('$CREDENTIALS_DIRECTORY')
})

const expired = root.issue({ from: day(-3), until: day(-1) })
const later = root.issue({ from: day(1), until: day(2) })

test.each([
  ['a key that others may read', () => load(own.chain, own.key, 0o644), 'is open to others', 'chmod 600'],
  ['a wrong pair', () => load(own.chain, root.key), 'are no pair', 'stands first'],
  [
    'a chain in the wrong order',
    () => load(root.certificate + own.chain, own.key),
    'are no pair',
    'stands first',
  ],
  ['an expired one', () => load(expired.chain, expired.key), 'expired at', 'renewed'],
  ['one of tomorrow', () => load(later.chain, later.key), 'is valid from', 'wait until then'],
  ['no certificate', () => load('hello', own.key), 'holds no certificate', 'PEM'],
  ['no key', () => load(own.chain, 'hello'), 'holds no key', 'without a passphrase'],
  [
    'a broken chain',
    () => load(`${own.chain}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, own.key),
    'cannot be used',
    'whole chain',
  ],
])('%s is refused, with what to do', (_, loading, message, help) => {
  expect(loading).toThrow(message)
  expect(loading).toThrow(expect.objectContaining({ help: expect.stringContaining(help) }))
})
