import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { Tls } from '../config/configuration.ts'
import { KeyProblem, readPrivate } from '../keys/folder.ts'
import { parseReference } from './reference.ts'

/** Ready to be shown: it fits its key, and today is one of its days. */
export interface Loaded {
  /** PEM. */
  readonly chain: string
  /** PEM. */
  readonly key: string
  readonly until: Date
}

/** Reads certificate and key, and says what is wrong with them before a client has to. Throws `KeyProblem`. */
export function loadCertificate(tls: Tls, variable: (name: string) => string | undefined, now: Date): Loaded {
  const { certificate } = tls
  const chain = readChain(certificate)
  const own = attempt(() => new X509Certificate(chain))
  if (own === undefined)
    throw new KeyProblem(`\`${certificate}\` holds no certificate`, 'store it as PEM, the chain after it')
  const path = keyPath(tls, variable)
  const key = readKey(path)
  if (!own.checkPrivateKey(attempt(() => createPrivateKey(key)) ?? noKey(path)))
    throw new KeyProblem(`\`${certificate}\` and \`${path}\` are no pair`, PAIR_HELP)
  if (own.validToDate < now)
    throw new KeyProblem(`\`${certificate}\` expired at ${own.validToDate.toISOString()}`, RENEW_HELP)
  if (own.validFromDate > now)
    throw new KeyProblem(
      `\`${certificate}\` is valid from ${own.validFromDate.toISOString()} on`,
      `wait until then, or set the clock of this machine`,
    )
  // OpenSSL has demands of its own, on the rest of the chain and on how strong it all is.
  if (attempt(() => createSecureContext({ cert: chain, key })) === undefined)
    throw new KeyProblem(`\`${certificate}\` cannot be used for TLS`, CHAIN_HELP)
  return { chain, key, until: own.validToDate }
}

const PAIR_HELP =
  "name the key that the certificate was made for; the door's own certificate stands first in its file"
const RENEW_HELP = 'put a renewed one there, with its key, then start the gateway again or send it SIGHUP'
const CHAIN_HELP = 'store the whole chain as PEM, and make keys of P-256 or of 2048 bits at least'

function readChain(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function readKey(path: string): string {
  try {
    const key = readPrivate(path)
    if (key !== undefined) return key
  } catch (cause) {
    throw cause instanceof KeyProblem ? cause : unreadable(path, cause)
  }
  throw new KeyProblem(`there is no \`${path}\``, 'put the key of the certificate there, as PEM')
}

function keyPath({ key }: Tls, variable: (name: string) => string | undefined): string {
  const reference = parseReference(key)
  if (reference?.kind === 'file') return reference.path
  const folder = variable('CREDENTIALS_DIRECTORY')
  if (reference?.kind === 'credential' && folder !== undefined) return join(folder, reference.name)
  throw new KeyProblem(
    'there is no `$CREDENTIALS_DIRECTORY`',
    'start the gateway by systemd with `LoadCredential=`, or refer to `file:`',
  )
}

function noKey(path: string): KeyObject {
  throw new KeyProblem(`\`${path}\` holds no key`, 'store it as PEM, without a passphrase')
}

function unreadable(path: string, cause: unknown): KeyProblem {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
  return new KeyProblem(
    `\`${path}\` cannot be read (${code})`,
    'check the path and that the gateway may read it',
  )
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
