import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { ActionId } from '@sallyport/core/action/ids'
import type { RandomBytes } from '@sallyport/core/given'
import type { Seal } from '../guard/parts.ts'

export type Purpose = 'payload' | 'answer'

/** Version, then the IV, the tag and the ciphertext. */
const VERSION = 1
/** NIST SP 800-38D, 8.2.2: drawn at random, 96 bits are good for 2^32 sealings under one key. */
const IV_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES: number = 1 + IV_BYTES + TAG_BYTES

/** These bytes were not sealed under this key, for this action and this purpose, or were changed since. */
export class Unsealable extends Error {}

/**
 * AES-256-GCM under a key outside the database. Action and purpose are authenticated with the bytes: whoever can write to the
 * database cannot have one action run with the bytes of another.
 */
export function openSeal(key: KeyObject, random: RandomBytes): Seal {
  return {
    seal(bytes, action, purpose) {
      const iv = random(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      cipher.setAAD(bound(action, purpose))
      const sealed = [cipher.update(bytes), cipher.final()]
      return Uint8Array.from(Buffer.concat([Uint8Array.of(VERSION), iv, cipher.getAuthTag(), ...sealed]))
    },
    open(sealed, action, purpose) {
      if (sealed.length < HEAD_BYTES || sealed[0] !== VERSION)
        throw new Unsealable('these bytes are not sealed')
      const iv = sealed.subarray(1, 1 + IV_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(bound(action, purpose))
      decipher.setAuthTag(sealed.subarray(1 + IV_BYTES, HEAD_BYTES))
      try {
        const opened = [decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]
        return Uint8Array.from(Buffer.concat(opened))
      } catch (cause) {
        throw new Unsealable('these bytes were changed, or sealed for something else', { cause })
      }
    },
  }
}

/** Neither an id nor a purpose holds a newline, so that no two pairs are spelled alike. */
function bound(action: ActionId, purpose: Purpose): Uint8Array {
  return Buffer.from(`sallyport seal ${VERSION}\n${purpose}\n${action}`)
}
