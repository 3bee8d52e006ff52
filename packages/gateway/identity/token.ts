import { crc32 } from 'node:zlib'
import type { RandomBytes } from '@sallyport/core/given'

/**
 * Everything that proves somebody, in one form: `sp_`, what it is unless it is an agent's key, 160 random bits, a checksum.
 * Redaction and secret scanners know all of them by the prefix; the checksum tells a mistyped one from a foreign one without
 * asking anybody.
 */
const TOKEN_PREFIX = 'sp_'
const TOKEN_PATTERN: RegExp =
  /^sp_(?:(link|session|cli|pairing|operator)_)?[0-9a-hjkmnp-tv-z]{32}_[0-9a-hjkmnp-tv-z]{7}$/

export type TokenKind = 'agent' | 'link' | 'session' | 'cli' | 'pairing' | 'operator'

const BODY_BYTES = 20
const BODY_CHARS = 32
const CHECKSUM_CHARS = 7
/** Crockford's base 32, as in drawn ids. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export function drawToken(kind: TokenKind, random: RandomBytes): string {
  const body = base32(BigInt(`0x${Buffer.from(random(BODY_BYTES)).toString('hex')}`), BODY_CHARS)
  const text = `${TOKEN_PREFIX}${kind === 'agent' ? '' : `${kind}_`}${body}`
  return `${text}_${checksumOf(text)}`
}

/** What this text would prove, or `undefined` where it is no whole token: nothing needs to be looked up then. */
export function tokenKind(text: string): TokenKind | undefined {
  const found = TOKEN_PATTERN.exec(text)
  const cut = text.length - CHECKSUM_CHARS - 1
  if (found === null || checksumOf(text.slice(0, cut)) !== text.slice(cut + 1)) return undefined
  return KINDS.find((kind) => kind === found[1]) ?? 'agent'
}

const KINDS: readonly TokenKind[] = ['link', 'session', 'cli', 'pairing', 'operator']

/** Against accidents, not against attackers: whoever makes a token up can make its checksum. */
function checksumOf(text: string): string {
  return base32(BigInt(crc32(text)), CHECKSUM_CHARS)
}

function base32(value: bigint, chars: number): string {
  let rest = value
  let text = ''
  for (let i = 0; i < chars; i++) {
    text = (ALPHABET[Number(rest & 31n)] ?? '') + text
    rest >>= 5n
  }
  return text
}
