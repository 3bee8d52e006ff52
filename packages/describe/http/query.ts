import { percentDecoded } from '@sallyport/core/redact/percent'
import { hasOneSpelling, wordOf } from './name-like.ts'

/** What facts say of a query. */
export interface QueryKeys {
  /** Sorted, without repetition; one that does not look like a name is `{}`. */
  readonly keys: readonly string[]
  /** False where a target may read another key than stands here. */
  readonly known: boolean
  /** A target may take the method from it. */
  readonly setsMethod: boolean
}

/**
 * Rack and its like take the method from `_method`. PHP makes that of `.method` too and ends a key at NUL, others fold case.
 * Whatever stands around the word, it is meant.
 */
const METHOD_KEY = /(?:^|\n)(?:[^a-z0-9\n]+|x[^a-z0-9](?:http[^a-z0-9])?)method(?:[^a-z0-9]|$)/

/** More are none that somebody designed. Beyond, only the method is looked for, in all of them at once. */
const PAIRS_LIMIT = 4096
const KEYS_LIMIT = 1024

export function queryKeys(query: string): QueryKeys {
  const pairs = query.split('&', PAIRS_LIMIT + 1)
  const sent = [...new Set(pairs.filter((pair) => pair !== '').map((pair) => pair.split('=', 1)[0] ?? ''))]
  const isShort = pairs.length <= PAIRS_LIMIT && sent.length <= KEYS_LIMIT
  const keys = sent.slice(0, KEYS_LIMIT).map(decoded)
  return {
    keys: [...new Set(keys.map(wordOf))].toSorted(),
    // Some servers end a pair at a semicolon as well. What follows it may be a value, so it is not kept as a key.
    known: isShort && !query.includes(';') && keys.every(hasOneSpelling),
    setsMethod: hasMethodKey(decoded(linesOf(query))),
  }
}

export function isMethodKey(key: string): boolean {
  return hasMethodKey(key.replaceAll('\n', '_'))
}

/** Whether one of these lines, each a key, is one: to look at each alone would be work for every pair that somebody sends. */
function hasMethodKey(lines: string): boolean {
  return METHOD_KEY.test(lines.normalize('NFKC').toLowerCase())
}

/** The keys of a query, also of one whose pairs end at semicolons, a line each. A line break of their own becomes another sign. */
function linesOf(query: string): string {
  return query
    .replaceAll(/\n|%0a/gi, '_')
    .replaceAll(/=[^&;]*/g, '')
    .replaceAll(/[&;]/g, '\n')
}

function decoded(key: string): string {
  return percentDecoded(key.replaceAll('+', ' '))
}
