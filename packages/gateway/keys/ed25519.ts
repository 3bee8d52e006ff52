import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { hex } from '@sallyport/core/action/digest'
import type { Sha256 } from '@sallyport/core/given'
import {
  type Ed25519Verify,
  encodeVerifierKey,
  keyOf,
  type Signer,
  signerOf,
  type VerifierKey,
} from '@sallyport/core/ledger/note'

/** RFC 8410: what stands before the 32 bytes of a private and of a public Ed25519 key in DER. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const ORIGIN_HEX_CHARS = 16

/** The key of the log. A checkpoint is signed under the name of the log, which changes when a restored store starts anew. */
export interface LogKey {
  /** The name of the log that this key signs: it is the key's own, so that it stays when host and port change. */
  readonly origin: string
  signer(name: string): Signer
  verifierKey(name: string): VerifierKey
  /** The line that an operator hands to everybody who is to check the log. */
  verifierLine(name: string): string
}

export function logKeyOf(seed: Uint8Array, sha256: Sha256): LogKey {
  const key = privateKeyOf(seed)
  const verifierKey = (name: string): VerifierKey => keyOf(sha256, name, publicBytes(key))
  return {
    origin: `sallyport/${hex(sha256(publicBytes(key))).slice(0, ORIGIN_HEX_CHARS)}`,
    signer: (name) => signerOf(verifierKey(name), (message) => sign(null, message, key)),
    verifierKey,
    verifierLine: (name) => encodeVerifierKey(verifierKey(name)),
  }
}

/** What the core is handed where it checks a signature. */
export const ed25519Verify: Ed25519Verify = (publicKey, message, signature) => {
  const der = Buffer.concat([PUBLIC_PREFIX, publicKey])
  return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
}

export function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
}

export function publicBytes(key: KeyObject): Uint8Array {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return Uint8Array.from(der.subarray(PUBLIC_PREFIX.length))
}
