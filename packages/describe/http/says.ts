import type { Effect } from '@sallyport/core/action/effect'
import type { ResourceId } from '@sallyport/core/action/ids'
import type { Facts } from '@sallyport/core/facts/facts'
import type { NonEmpty } from '@sallyport/core/given'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'

const VERBS: Readonly<Record<Effect, string>> = {
  read: 'reads',
  write: 'changes',
  delete: 'deletes',
  define: 'redefines',
  grant: 'changes rights on',
  execute: 'runs something on',
  export: 'exports',
}
/** More would no longer be one plain sentence; the facts have them all. */
const DATASETS_NAMED = 3

/**
 * One plain sentence, made of facts only: `Exports customers: GET /exports/{name} on crm.` Without the body where that is said
 * by the operation already.
 */
export function sentence(
  facts: Facts,
  effects: NonEmpty<Effect>,
  resource: ResourceId,
  withBody = true,
): Redacted {
  const operation = plain(facts.operation)
  if (!facts.understood)
    return safe`Could do anything, since it was not understood: ${operation} on ${resource}.`
  const verbs = listed(effects.map((effect) => VERBS[effect]))
  const what = plain(`${verbs.charAt(0).toUpperCase()}${verbs.slice(1)} ${datasetsOf(facts.datasets)}`)
  return safe`${what}: ${operation} on ${resource}${plain(withBody ? bodyOf(facts) : '')}.`
}

const BODIES: ReadonlyMap<string, string> = new Map([
  ['application/x-www-form-urlencoded', 'a form'],
  ['multipart/form-data', 'a form'],
  ['other', 'a body of another type'],
])

/** What a path has after the path of the key around it. */
const PLACE = /(?:\[\])*\.[^.]*$| \(file\)$/

/** `, with 3 fields of JSON`. A field that only holds others is none. */
function bodyOf(facts: Facts): string {
  if (facts.kind !== 'http' || facts.http.type === 'none') return ''
  const { type, body } = facts.http
  const what = BODIES.get(type) ?? (/[/+]json$/.test(type) ? 'JSON' : type)
  if (facts.unknown.includes('http.body')) return `, with ${what} whose fields are not all known`
  const outer = new Set(body.filter((path) => PLACE.test(path)).map((path) => path.replace(PLACE, '')))
  const fields = body.filter((path) => !outer.has(path))
  return `, with ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} of ${what}`
}

function datasetsOf(datasets: readonly string[]): string {
  const more = datasets.length - DATASETS_NAMED
  if (more > 0) return listed([...datasets.slice(0, DATASETS_NAMED), `${more} more`])
  return datasets.length === 0 ? 'what it finds' : listed(datasets)
}

function listed(words: readonly string[]): string {
  const head = words.slice(0, -1).join(', ')
  const last = words.at(-1) ?? ''
  return head === '' ? last : `${head} and ${last}`
}

function plain(text: string): Redacted {
  return redactText(text, VALUE_LIMIT_CHARS)
}
