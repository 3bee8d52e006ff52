import type { Life } from '@sallyport/core/lifecycle/life'
import type { Reads } from '../store.ts'
import type { Found } from './message.ts'

/**
 * From what the worker found to what was asked for. The JSON is this store's own, written from these very types: it is
 * trusted as far as the disk is, and what must survive a dishonest disk is checked against the record.
 */
export function parseFound<K extends keyof Reads>(kind: K, found: Found[K]): Reads[K]['rows'] {
  const parser: (found: Found[K]) => Reads[K]['rows'] = PARSERS[kind]
  return parser(found)
}

const PARSERS: { readonly [K in keyof Reads]: (found: Found[K]) => Reads[K]['rows'] } = {
  life: one,
  open: many,
  waiting: same,
  dispatched: many,
  claim: many,
  idempotency: (found) => (found === null ? null : { life: parse<Life>(found.life), claim: found.claim }),
  kept: same,
  identical: same,
  counts: same,
  past: same,
  standings: many,
  standing: one,
  freezes: many,
  agents: many,
  keys: many,
  signIn: one,
  archive: same,
  leaves: same,
  head: same,
  hashes: same,
  entries: same,
}

function one<T>(text: string | null): T | null {
  return text === null ? null : parse(text)
}

function many<T>(texts: readonly string[]): readonly T[] {
  return texts.map((text) => parse<T>(text))
}

function parse<T>(text: string): T {
  return JSON.parse(text) as T
}

function same<T>(found: T): T {
  return found
}
