import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { RandomBytes } from '@sallyport/core/given'
import { type LogKey, logKeyOf } from './ed25519.ts'
import { KeyProblem, openFolder, openSharedFolder, readPrivate, writePrivate } from './folder.ts'
import { type IdentityKey, identityKeyOf, type JwkSet } from './identity.ts'
import { sha256 } from './sha256.ts'

/** The keys of this gateway. None of them is in the database; `KeyObject` shows its bytes to no log and no serialiser. */
export interface Keys {
  readonly log: LogKey
  readonly seal: KeyObject
  /** HMAC under the claim key: finds a claim again without telling what it is. */
  readonly tag: (bytes: Uint8Array) => string
  /** Lookups of agent keys and hashes of sign-in tokens are made under it. */
  readonly derivation: KeyObject
  /** Tells targets who calls. */
  readonly identity: IdentityKey
  /** By these targets verify it: the key that signs, and the one that signed before or will after, where there is one. */
  readonly jwks: JwkSet
}

const KEY_BYTES = 32

/** Each key with what it means that it is gone while the database is there. Null: it is made anew. */
const LOSS = {
  log: 'the record cannot be continued under its name without it',
  seal: 'what parked actions wait to send, and answers not yet fetched, cannot be opened without it',
  claim: 'approvals that wait to be claimed are not found without it',
  'api-key': 'every agent key and every sign-in is void without it',
  identity: null,
} as const

/** Beside `identity`, while that is rotated: published, and signs nothing. */
const OTHER_IDENTITY = 'identity-other'

type KeyName = keyof typeof LOSS

/**
 * Reads the keys, and makes those that are missing as long as there is no store. Beside a store a missing key is an error:
 * a fresh one would look like the old one and quietly void what was made with it. With `identity` nothing is made that lasts.
 * Throws `KeyProblem`.
 */
export function openKeys(dataFolder: string, storeExists: boolean, random: RandomBytes): Keys {
  const folder = join(dataFolder, 'keys')
  openSharedFolder(dataFolder)
  openFolder(folder)
  const open = (name: KeyName): Uint8Array => openKey(name, folder, storeExists, random)
  const claim = createSecretKey(open('claim'))
  const identity = identityKeyOf(open('identity'), sha256)
  return {
    log: logKeyOf(open('log'), sha256),
    seal: createSecretKey(open('seal')),
    tag: (bytes) => createHmac('sha256', claim).update(bytes).digest('hex'),
    derivation: createSecretKey(open('api-key')),
    identity,
    jwks: { keys: published(identity, join(folder, OTHER_IDENTITY)) },
  }
}

function openKey(name: KeyName, folder: string, storeExists: boolean, random: RandomBytes): Uint8Array {
  const path = join(folder, name)
  const text = readPrivate(path)
  if (text !== undefined) return parseKey(name, path, text)
  const loss = LOSS[name]
  if (storeExists && loss !== null) {
    throw new KeyProblem(
      `the key \`${path}\` is missing beside its database`,
      `put it back from the backup of the keys: ${loss}`,
    )
  }
  const key = random(KEY_BYTES)
  writePrivate(path, `${prefixOf(name)}${Buffer.from(key).toString('base64')}\n`)
  return key
}

function published({ jwk }: IdentityKey, otherPath: string): JwkSet['keys'] {
  const text = readPrivate(otherPath)
  if (text === undefined) return [jwk]
  const other = identityKeyOf(parseKey('identity', otherPath, text), sha256).jwk
  // The same key twice under one name is an ambiguity that verifiers refuse.
  return other.kid === jwk.kid ? [jwk] : [jwk, other]
}

/** The purpose stands in the file, so that two keys that changed places are noticed and not used. */
function prefixOf(name: KeyName): string {
  return `sallyport-${name}-1:`
}

function parseKey(name: KeyName, path: string, text: string): Uint8Array {
  const prefix = prefixOf(name)
  const encoded = text.trim().slice(prefix.length)
  const key = Buffer.from(encoded, 'base64')
  const fine = text.startsWith(prefix) && key.length === KEY_BYTES && key.toString('base64') === encoded
  if (fine) return Uint8Array.from(key)
  throw new KeyProblem(
    `\`${path}\` is no key of this purpose`,
    `put the right file back from the backup of the keys: it begins with ${prefix}`,
  )
}
