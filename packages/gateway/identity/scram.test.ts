import { createHmac, hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { scramVerifier } from './scram.ts'

/** RFC 7677, section 3: the whole exchange of `user` with the password `pencil`. */
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const AUTH_MESSAGE =
  'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const CLIENT_PROOF = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')
const SERVER_SIGNATURE = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

test('a SCRAM verifier checks the client of RFC 7677 and answers it', () => {
  const verifier = scramVerifier('pencil', () => Buffer.from(SALT, 'base64'))
  const [, salt, storedKey = '', serverKey = ''] =
    /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(verifier) ?? []
  expect(salt).toBe(SALT)

  const clientSignature = createHmac('sha256', Buffer.from(storedKey, 'base64')).update(AUTH_MESSAGE).digest()
  const clientKey = CLIENT_PROOF.map((byte, index) => byte ^ (clientSignature[index] ?? 0))
  expect(hash('sha256', clientKey, 'base64')).toBe(storedKey)

  const signature = createHmac('sha256', Buffer.from(serverKey, 'base64'))
    .update(AUTH_MESSAGE)
    .digest('base64')
  expect(signature).toBe(SERVER_SIGNATURE)
})
