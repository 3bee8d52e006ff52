import type { Label } from '@sallyport/core/facts/facts'
import { redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { parseSizeBytes, sizeText } from '@sallyport/core/size'
import type { Header } from './headers.ts'
import type { HttpRoute, Match } from './route.ts'
import type { Carried } from './speaks/carried.ts'
import type { Unclear } from './target.ts'

/** How much of an answer may go on; null where it is not limited in that. */
export type Cap = {
  readonly bytes: number | null
  /** Elements of its largest array, rows, lines or events. */
  readonly items: number | null
  /** The only labels that its fields may have. Sorted, each once. */
  readonly classes: readonly Label[] | null
}

export const NO_CAP: Cap = { bytes: null, items: null, classes: null }

/** The labels of fields by their names, wherever these stand in an answer. */
export type FieldLabels = Readonly<Record<string, readonly Label[]>>

/** Of a form that can be spelled: what it is then read back as has to be the same. */
export function isCap(value: unknown): value is Cap {
  if (typeof value !== 'object' || value === null) return false
  const { bytes, items, classes } = value as Partial<Record<keyof Cap, unknown>>
  const isCount = (one: unknown) => one === null || Number.isSafeInteger(one)
  const isList = Array.isArray(classes) && classes.every((one) => typeof one === 'string')
  return isCount(bytes) && isCount(items) && (classes === null || isList)
}

/** What the operator says of the answers of a resource or of one route. */
export interface Capped {
  readonly cap?: Cap | null
  readonly fields?: FieldLabels
}

/** The cap of one request. */
export interface CapInForce {
  readonly cap: Cap
  readonly fields: FieldLabels
  /** It asks for more than is configured, and that is an export. */
  readonly asksMore: boolean
  /** False where the caller may have chosen what the answer calls a field, or taken many answers in one: it crosses the cap. */
  readonly countable: boolean
}

export const UNCAPPED: CapInForce = { cap: NO_CAP, fields: {}, asksMore: false, countable: true }

const CAP_HEADER = 'sallyport-cap'
const ITEMS = /^[1-9]\d{0,8}$/
const CLASSES = /^[a-z][a-z0-9-]{0,62}(?:\+[a-z][a-z0-9-]{0,62}){0,31}$/

/** What a request asks for of the gateway: `Sallyport-Cap: bytes=10MiB, items=5000, classes=pii+email`. */
export function askedCap(headers: readonly Header[]): Cap | null | Unclear {
  const [asked, ...others] = headers.filter(([name]) => name.toLowerCase() === CAP_HEADER)
  if (asked === undefined) return null
  const cap = others.length === 0 ? parseCap(asked[1]) : undefined
  return (
    cap ?? {
      kind: 'unclear',
      why: safe`the cap cannot be read; write \`Sallyport-Cap: bytes=10MiB, items=5000, classes=pii+email\`, or some of it`,
    }
  )
}

/** The header that asks for this cap: a message without a header of ours is read back with it. */
export function capHeaders(cap: Cap | null): readonly Header[] {
  return cap === null ? [] : [[CAP_HEADER, spelled(cap)]]
}

export function capText(cap: Cap): Redacted {
  return redactText(spelled(cap), VALUE_LIMIT_CHARS)
}

/** The route's word counts before the resource's, and the request's before both. */
export function capInForce(
  asked: Cap | null,
  match: Match,
  resource: Capped & Routes,
  carried: Carried | null = null,
): CapInForce {
  const configured = configuredFor(match, resource)
  const cap = over(asked === null ? NO_CAP : meant(asked, configured), configured.cap)
  const asksMore = asked !== null && isMore(cap, configured.cap)
  const countable = !speaks(match, resource) || isCountable(cap, carried)
  return { ...configured, cap, asksMore, countable }
}

function speaks(match: Match, { routes }: Routes): boolean {
  if (match.kind === 'doubtful') return routes.some((route) => route.speaks !== null)
  return match.kind === 'route' && match.route.speaks !== null
}

/** An alias hides a class (`x: ssn`), and walks through a list by pages (`a: orders(first: 3) b: orders(after: 3)`). */
function isCountable({ items, classes }: Cap, carried: Carried | null): boolean {
  if (items === null && classes === null) return true
  return carried !== null && !carried.renames && (items === null || carried.runs === 1)
}

/** Whether a request that asks for no cap may have one. Labels of fields cut nothing by themselves. */
export function mayBeCapped(resource: Capped & Routes): boolean {
  return [resource, ...resource.routes].some(({ cap = null }) => cap !== null)
}

/** Without the classes that no field has: facts hold the operator's words, and not what a caller puts in their place. */
function meant(asked: Cap, { cap, fields }: Pick<CapInForce, 'cap' | 'fields'>): Cap {
  const known = new Set([...(cap.classes ?? []), ...Object.values(fields).flat()])
  return { ...asked, classes: asked.classes?.filter((label) => known.has(label)) ?? null }
}

type Routes = { readonly routes: readonly HttpRoute[] }

function configuredFor(match: Match, resource: Capped & Routes): Pick<CapInForce, 'cap' | 'fields'> {
  switch (match.kind) {
    case 'none':
      return configured(resource, {})
    case 'route':
      return configured(resource, match.route)
    case 'doubtful': {
      // The target may take it for any of them: the strictest of all.
      const all = [configured(resource, {}), ...resource.routes.map((route) => configured(resource, route))]
      return {
        cap: all.map(({ cap }) => cap).reduce(strictest),
        fields: union(all.map(({ fields }) => fields)),
      }
    }
  }
}

function configured(resource: Capped, route: Capped): Pick<CapInForce, 'cap' | 'fields'> {
  return {
    cap: over(route.cap ?? NO_CAP, resource.cap ?? NO_CAP),
    fields: { ...resource.fields, ...route.fields },
  }
}

function over(first: Cap, second: Cap): Cap {
  return {
    bytes: first.bytes ?? second.bytes,
    items: first.items ?? second.items,
    classes: first.classes ?? second.classes,
  }
}

function strictest(one: Cap, other: Cap): Cap {
  const least = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b))
  const both = one.classes !== null && other.classes !== null
  return {
    bytes: least(one.bytes, other.bytes),
    items: least(one.items, other.items),
    classes: both
      ? (one.classes ?? []).filter((label) => other.classes?.includes(label))
      : (one.classes ?? other.classes),
  }
}

function union(all: readonly FieldLabels[]): FieldLabels {
  const names = new Set(all.flatMap((fields) => Object.keys(fields)))
  return Object.fromEntries([...names].map((name) => [name, all.flatMap((fields) => fields[name] ?? [])]))
}

function isMore(cap: Cap, than: Cap): boolean {
  const beyond = (a: number | null, b: number | null) => b !== null && (a === null || a > b)
  const { classes } = than
  return (
    beyond(cap.bytes, than.bytes) ||
    beyond(cap.items, than.items) ||
    (classes !== null && (cap.classes ?? []).some((label) => !classes.includes(label)))
  )
}

function parseCap(text: string): Cap | undefined {
  const pairs = text.split(',').map((part) => part.trim().split('='))
  const found = new Map(pairs.map(([name = '', value = '']) => [name, value]))
  if (found.size !== pairs.length || pairs.some((pair) => pair.length !== 2)) return undefined
  const cap: { -readonly [key in keyof Cap]: Cap[key] } = { ...NO_CAP }
  for (const [name, value] of found) {
    if (name === 'bytes') cap.bytes = parseSizeBytes(value) ?? null
    else if (name === 'items') cap.items = ITEMS.test(value) ? Number(value) : null
    else if (name === 'classes')
      cap.classes = CLASSES.test(value) ? [...new Set(value.split('+'))].sort() : null
    else return undefined
    if (cap[name] === null) return undefined
  }
  return cap
}

function spelled({ bytes, items, classes }: Cap): string {
  return [
    ...(bytes === null ? [] : [`bytes=${sizeText(bytes)}`]),
    ...(items === null ? [] : [`items=${items}`]),
    ...(classes === null ? [] : [`classes=${classes.join('+')}`]),
  ].join(', ')
}
