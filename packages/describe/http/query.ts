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
const METHOD_KEY = /^(?:[^a-z0-9]+|x[^a-z0-9](?:http[^a-z0-9])?)method(?:[^a-z0-9]|$)/

export function queryKeys(query: string): QueryKeys {
  const keys = keysIn(query, '&')
  return {
    keys: [...new Set(keys.map(wordOf))].toSorted(),
    // Some servers end a pair at a semicolon as well. What follows it may be a value, so it is not kept as a key.
    known: !query.includes(';') && keys.every(hasOneSpelling),
    setsMethod: keysIn(query, /[&;]/).some(isMethodKey),
  }
}

export function isMethodKey(key: string): boolean {
  return METHOD_KEY.test(key.normalize('NFKC').toLowerCase())
}

function keysIn(query: string, separator: string | RegExp): readonly string[] {
  return query
    .split(separator)
    .filter((pair) => pair !== '')
    .map((pair) => percentDecoded((pair.split('=', 1)[0] ?? '').replaceAll('+', ' ')))
}
