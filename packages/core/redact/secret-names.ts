/** What a hidden value was. The class may be shown and counted; the value never. */
export const SECRET_CLASSES = [
  'authorization',
  'cookie',
  'password',
  'private-key',
  'access-key',
  'api-key',
  'key',
  'secret',
  'token',
  'session',
  'credential',
  'sallyport-key',
  'too-deep',
] as const

export type SecretClass = (typeof SECRET_CLASSES)[number]

/**
 * Names whose values are hidden, wherever they stand: header, query, JSON member, flag, variable. A name is compared in lower
 * case without its separators, so that `client_secret`, `clientSecret` and `Client-Secret` are one. The first row wins.
 *
 * `part`: anywhere in the name. `end`: at its end, or one of its words. `word`: one of its words only, because inside other
 * words it means something else (`bypass`, `author`).
 */
// biome-ignore format: a table is read by its columns
const SECRET_NAMES: readonly { readonly class: SecretClass; readonly part?: readonly string[]; readonly end?: readonly string[]; readonly word?: readonly string[] }[] = [
  { class: 'authorization', part: ['authorization'],                                                word: ['bearer'] },
  { class: 'cookie',        part: ['cookie'] },
  { class: 'password',      part: ['password', 'passwd', 'passphrase', 'passcode'], end: ['pwd'],   word: ['pass', 'pw'] },
  { class: 'private-key',   part: ['privatekey', 'signingkey', 'encryptionkey', 'masterkey', 'sharedkey'] },
  { class: 'access-key',    part: ['accesskey', 'accountkey'] },
  { class: 'api-key',       part: ['apikey', 'authkey', 'subscriptionkey'] },
  { class: 'secret',        part: ['secret'] },
  { class: 'token',         end: ['token', 'tokens'],                                               word: ['jwt', 'otp'] },
  { class: 'session',       part: ['sessionid', 'sessid'],                          end: ['session', 'sessions'], word: ['sid'] },
  { class: 'credential',    part: ['credential'],                                   end: ['signature'], word: ['auth', 'creds', 'sig'] },
]

const PIECES = new RegExp(
  SECRET_NAMES.flatMap(({ part = [], end = [], word = [] }) => [...part, ...end, ...word]).join('|'),
  'i',
)

/**
 * Whether a name made of letters, digits and `_-.` in this text could be a secret's. False is certain: without what separates the
 * words of such a name, no piece of the table stands anywhere.
 */
export function mayNameSecret(text: string): boolean {
  return PIECES.test(text.replaceAll(/[-_.]+/g, ''))
}

/** A last word that makes of a secret's name the name of something about it: `token_type`, `password-file`. */
const ABOUT: ReadonlySet<string> = new Set([
  'count',
  'file',
  'length',
  'limit',
  'name',
  'path',
  'ttl',
  'type',
  'uri',
  'url',
])

/** Words that make of `tokens` a number of text pieces, as the model APIs count them: `max_tokens`. */
const COUNTING: ReadonlySet<string> = new Set([
  'cached',
  'completion',
  'input',
  'max',
  'min',
  'output',
  'prompt',
  'reasoning',
  'total',
])

/** Longer names are judged by their end: what stands next to the value. */
export const NAME_LIMIT_CHARS = 128

/** The class of the values that go by this name, or `undefined` where the name tells of no secret. */
export function secretClassOf(name: string): SecretClass | undefined {
  const all = wordsOf(name.slice(-NAME_LIMIT_CHARS))
  const last = all.at(-1)
  if (last === undefined || ABOUT.has(last)) return undefined
  const words = all.some((word) => COUNTING.has(word)) ? all.filter((word) => word !== 'tokens') : all
  const squashed = words.join('')
  for (const row of SECRET_NAMES) {
    if (row.part?.some((part) => squashed.includes(part))) return row.class
    if (row.end?.some((end) => squashed.endsWith(end) || words.includes(end))) return row.class
    if (row.word?.some((word) => words.includes(word))) return row.class
  }
  return undefined
}

/**
 * The same for a header or a query parameter. There a name that ends in `key` is nearly always a credential's (`?key=`,
 * `x-functions-key`); in JSON and in text it is as often that of a map or a table.
 */
export function secretClassOfParameter(name: string): SecretClass | undefined {
  const known = secretClassOf(name)
  if (known !== undefined) return known
  return /key[0-9]*$/.test(wordsOf(name.slice(-NAME_LIMIT_CHARS)).join('')) ? 'key' : undefined
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter((word) => word !== '')
}
