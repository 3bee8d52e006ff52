/** What may stand in a canonical form: RFC 8785 has one spelling for each of these and for nothing else. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** Past this it is an attack on the stack: nothing that anybody means is nested so. */
const DEPTH_LIMIT = 1_000

/**
 * The one spelling of a value (RFC 8785). Throws where there is none: a lone surrogate has no UTF-8 form, and two encoders
 * that repair it differently would give one action two digests.
 */
export function canonicalText(value: Json | object): string {
  return spell(value, 0)
}

const encoder = new TextEncoder()

export function canonicalBytes(value: Json | object): Uint8Array {
  return encoder.encode(canonicalText(value))
}

const spellings = new WeakMap<object, string>()

/** Freezes what is spelled again and again, in one action after another, so that it is spelled once. */
export function spelledOnce<T extends object>(value: T): T {
  if (spellings.has(value)) return value
  const text = canonicalText(value)
  deepFreeze(value)
  spellings.set(value, text)
  return value
}

/** Then it is frozen to its depths, and what was once made of it stays true. */
export function isSpelled(value: object): boolean {
  return spellings.has(value)
}

export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}

function spell(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      // RFC 8785, section 3.2.2.3, is the number's form in ECMAScript, and refuses the same.
      if (!Number.isFinite(value)) throw new Error(`${value} has no canonical form`)
      return JSON.stringify(value)
    case 'object':
      return value === null ? 'null' : spellContainer(value, depth)
    default:
      throw new Error(`a ${typeof value} has no canonical form`)
  }
}

function spellContainer(value: object, depth: number): string {
  const known = spellings.get(value)
  if (known !== undefined) return known
  if (depth === DEPTH_LIMIT) throw new Error('a value nested so deep has no canonical form')
  return Array.isArray(value) ? spellList(value, depth + 1) : spellRecord(value, depth + 1)
}

function spellList(values: readonly unknown[], depth: number): string {
  let text = ''
  for (const value of values) text += text === '' ? spell(value, depth) : `,${spell(value, depth)}`
  return `[${text}]`
}

/** By UTF-16 code units (section 3.2.3), which is how JavaScript compares. What is undefined is not there. */
function spellRecord(record: object, depth: number): string {
  const values = record as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of inOrder(Object.keys(values))) {
    const value = values[key]
    if (value !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${spell(value, depth)}`
  }
  return `{${text}}`
}

function inOrder(keys: string[]): readonly string[] {
  for (let at = 1; at < keys.length; at++) {
    if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return keys.sort()
  }
  return keys
}

/** What JSON spells with a backslash, and halves of surrogate pairs, which may stand in order or not. */
// oxlint-disable-next-line no-control-regex -- these are the characters that are meant
const SPECIAL = /[\u0000-\u001f"\\\ud800-\udfff]/

function quoted(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new Error('a lone surrogate has no canonical form')
  return JSON.stringify(text)
}
