import { type KeyObject, sign } from 'node:crypto'
import type { Sha256 } from '@sallyport/core/given'
import { privateKeyOf, publicBytes } from './ed25519.ts'

/** A public key as RFC 8037 writes it. */
export interface Jwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  /** The thumbprint of the key (RFC 7638): another key never comes under this name. */
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}

/** RFC 7517, section 5. */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/** The key by which a target knows that it was us who said who calls. */
export interface IdentityKey {
  readonly jwk: Jwk
  /** These claims as a signed JWT (RFC 7519) in compact form. */
  jwt(claims: object): string
}

export function identityKeyOf(seed: Uint8Array, sha256: Sha256): IdentityKey {
  const key = privateKeyOf(seed)
  const jwk = jwkOf(key, sha256)
  const head = base64url(JSON.stringify({ alg: jwk.alg, typ: 'JWT', kid: jwk.kid }))
  return {
    jwk,
    jwt(claims) {
      const signed = `${head}.${base64url(JSON.stringify(claims))}`
      return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
    },
  }
}

function jwkOf(key: KeyObject, sha256: Sha256): Jwk {
  const [kty, crv, x] = ['OKP', 'Ed25519', base64url(publicBytes(key))] as const
  // RFC 7638, section 3: exactly these members (RFC 8037, section 2), in this order, without a blank.
  const kid = base64url(sha256(Buffer.from(JSON.stringify({ crv, kty, x }))))
  return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }
}

function base64url(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
