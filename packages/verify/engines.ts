import type { Sha256 } from '@sallyport/core/given'
import { type Ed25519Verify, parseVerifierKey, type Verifier, verifierOf } from '@sallyport/core/ledger/note'

/** What a verifier is given: Node's are in `node.ts`, a browser hands in its own. */
export interface Engines {
  readonly sha256: Sha256
  readonly ed25519Verify: Ed25519Verify
}

/** The key that somebody trusts is theirs to spell: a wrong line is an error of the call, not a finding about the log. */
export function verifierFrom({ sha256, ed25519Verify }: Engines, verifierKey: string): Verifier {
  const key = parseVerifierKey(sha256, verifierKey)
  if (key === undefined)
    throw new Error(`\`${verifierKey}\` is no verifier key: it looks like \`name+id+key\``)
  return verifierOf(key, ed25519Verify)
}
