import { createHmac, hash, pbkdf2Sync } from 'node:crypto'
import type { RandomBytes } from '@sallyport/core/given'

/** RFC 7677, section 4, asks for 4096 at least. A key has 160 random bits: more iterations guard nothing that those do not. */
const SCRAM_ITERATIONS = 4096
const SALT_BYTES = 16
const DIGEST_BYTES = 32

/**
 * What a server needs to check SCRAM-SHA-256, in the spelling of RFC 5803 that PostgreSQL stores too. It cannot be used to
 * sign in. SASLprep leaves a token as it is: all of it is ASCII.
 */
export function scramVerifier(password: string, random: RandomBytes): string {
  const salt = random(SALT_BYTES)
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, DIGEST_BYTES, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = hash('sha256', clientKey, 'base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`
}
