import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { nearest } from './nearest.ts'
import type { Source } from './source.ts'

/** Reads one node. `undefined` means that it complained. */
export type Read<T> = (node: Node, source: Source) => T | undefined

/** The keys of one mapping. */
export interface Fields<Key extends string> {
  readonly node: Node
  /** Complains where the key is missing. */
  required<T>(key: Key, read: Read<T>): T | undefined
  /** `absent` also stands in for what was complained about: a file with a complaint is never used. */
  optional<T>(key: Key, absent: T, read: Read<T>): T
}

/** A mapping with these keys and no others: a misspelt key would be a rule that does not hold. */
export function fieldsOf<const Key extends string>(
  what: string,
  known: readonly Key[],
  node: Node | null,
  source: Source,
): Fields<Key> | undefined {
  if (!isMap(node)) {
    return source.complain(node, `${what} is a mapping`, `its keys are ${listed(known)}`)
  }
  const values = new Map<string, { key: Node; value: Node | null }>()
  for (const { key, value } of node.items) {
    if (!isNode(key)) continue
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined
    if (name === undefined || !known.some((word) => word === name)) {
      source.complain(key, unknownKey(what, name), helpFor(name, known))
    } else values.set(name, { key, value: isNode(value) ? value : null })
  }
  const read = <T>(key: Key, read: Read<T>): T | undefined => {
    const found = values.get(key)
    if (found === undefined) return undefined
    if (found.value === null || (isScalar(found.value) && found.value.value === null)) {
      return source.complain(found.key, `\`${key}\` has no value`, 'give it one, or take the line away')
    }
    return read(found.value, source)
  }
  return {
    node,
    required: (key, reader) =>
      values.has(key)
        ? read(key, reader)
        : source.complain(node, `${what} without \`${key}\``, `add \`${key}: …\``),
    optional: (key, absent, reader) => read(key, reader) ?? absent,
  }
}

export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (node, source) => {
    if (!isSeq(node)) return source.complain(node, 'this is a list', 'write `[…]`, or one `- …` a line')
    const items = node.items.filter(isNode).map((item) => read(item, source))
    const known = items.filter((item) => item !== undefined)
    return known.length === node.items.length ? known : undefined
  }
}

/** One, or a list of them. */
export function oneOrMore<T>(read: Read<T>): Read<readonly T[]> {
  return (node, source) => {
    if (isSeq(node)) return list(read)(node, source)
    const one = read(node, source)
    return one === undefined ? undefined : [one]
  }
}

export function oneOf<const Word extends string>(words: readonly Word[]): Read<Word> {
  return (node, source) => {
    const text = isScalar(node) ? node.value : undefined
    const word = words.find((word) => word === text)
    if (word !== undefined) return word
    const meant = typeof text === 'string' ? nearest(text, words) : undefined
    return source.complain(
      node,
      'a value that is not known here',
      meant === undefined ? `it is one of ${listed(words)}` : `did you mean \`${meant}\`?`,
    )
  }
}

/** Text, made into something by `parse`; where that gives `undefined`, `message` and `help` say why. The text is never shown: it may be a secret in the wrong place. */
export function text<T>(parse: (text: string) => T | undefined, message: string, help: string): Read<T> {
  return (node, source) => {
    const value = isScalar(node) ? node.value : undefined
    if (typeof value !== 'string') return source.complain(node, 'this is text', 'put it in quotes')
    return parse(value) ?? source.complain(node, message, help)
  }
}

export function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}

function unknownKey(what: string, name: string | undefined): string {
  return name === undefined ? `${what} with a key that is no text` : `${what} has no key \`${name}\``
}

function helpFor(name: string | undefined, known: readonly string[]): string {
  const meant = name === undefined ? undefined : nearest(name, known)
  return meant === undefined ? `its keys are ${listed(known)}` : `did you mean \`${meant}\`?`
}

export function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value)
}
