/**
 * Branded ids, so that a session's id cannot be passed where an action's is wanted. Each is parsed once, where it enters;
 * the characters allowed are few enough that an id is safe in a log line, a URL, a header and a card without escaping.
 */
declare const brand: unique symbol
type Id<Name extends string> = string & { readonly [brand]: Name }

export type ActionId = Id<'action'>
export type AgentId = Id<'agent'>
export type EnvironmentId = Id<'environment'>
export type FreezeId = Id<'freeze'>
export type GroupId = Id<'group'>
export type PersonId = Id<'person'>
export type ResourceId = Id<'resource'>
export type SessionId = Id<'session'>
export type StandingId = Id<'standing'>
export type UtteranceId = Id<'utterance'>

/** Lower-case hexadecimal SHA-256. */
export type Digest = Id<'digest'>
/** The digest of facts alone: equal for actions that differ in values only. */
export type Shape = Id<'shape'>

/** A name that people choose: agents, people, groups, resources, environments. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/
/** A drawn id: kind, underscore, 128 bits in Crockford's base 32 without the letters that look like digits. */
const DRAWN = /^(act|frz|ses|std|utt)_[0-9a-hjkmnp-tv-z]{26}$/
const HEX_256 = /^[0-9a-f]{64}$/

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const DRAWN_BYTES = 16

export type NameOf = {
  agent: AgentId
  environment: EnvironmentId
  group: GroupId
  person: PersonId
  resource: ResourceId
}
export type DrawnOf = {
  act: ActionId
  frz: FreezeId
  ses: SessionId
  std: StandingId
  utt: UtteranceId
}

/** The branded name, or `undefined` where the text is no name. The kind only chooses the brand. */
export function parseName<K extends keyof NameOf>(_kind: K, text: string): NameOf[K] | undefined {
  return NAME.test(text) ? (text as NameOf[K]) : undefined
}

export function parseDrawn<K extends keyof DrawnOf>(kind: K, text: string): DrawnOf[K] | undefined {
  return DRAWN.test(text) && text.startsWith(`${kind}_`) ? (text as DrawnOf[K]) : undefined
}

export function parseDigest(text: string): Digest | undefined {
  return HEX_256.test(text) ? (text as Digest) : undefined
}

/** A fresh id that cannot be guessed: whoever holds one was given it. */
export function drawId<K extends keyof DrawnOf>(kind: K, random: (n: number) => Uint8Array): DrawnOf[K] {
  let text = ''
  // 128 bits in 26 letters of five: the first has two zeros before its bits.
  let rest = 0
  let restBits = 2
  for (const byte of random(DRAWN_BYTES)) {
    rest = (rest << 8) | byte
    restBits += 8
    while (restBits >= 5) {
      restBits -= 5
      text += ALPHABET[rest >> restBits]
      rest &= (1 << restBits) - 1
    }
  }
  return `${kind}_${text}` as DrawnOf[K]
}
