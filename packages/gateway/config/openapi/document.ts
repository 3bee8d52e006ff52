import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import { isNode } from '../fields.ts'
import type { Source } from '../source.ts'

/** One OpenAPI document: its nodes, where references lead, and which of our own words were read. */
export interface Document {
  readonly root: YAMLMap
  readonly source: Source
  /** Keys that begin with `x-sallyport-` and were read: any other would be a rule that does not hold. */
  readonly read: Set<Node>
}

export const OUR_PREFIX = 'x-sallyport-'
const HELP_REFERENCE = 'only references into this document are followed, `#/components/schemas/Customer`'

export function member(node: Node | null | undefined, key: string): Node | null {
  const value = isMap(node) ? pairOf(node, key)?.value : undefined
  return isNode(value) ? value : null
}

function pairOf(node: YAMLMap, key: string): Pair | undefined {
  return node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
}

export function textOf(node: Node | null | undefined): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}

export function entriesOf(node: Node | null): readonly (readonly [key: string, value: Node, at: Node])[] {
  if (!isMap(node)) return []
  return node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : undefined
    return name !== undefined && isNode(key) && isNode(value) ? [[name, value, key] as const] : []
  })
}

export function itemsOf(node: Node | null): readonly Node[] {
  return isSeq(node) ? node.items.filter(isNode) : []
}

/** Where `#/components/schemas/Customer` leads; complains where that is nowhere or elsewhere. */
export function resolved({ root, source }: Document, reference: Node): Node | undefined {
  const text = textOf(reference)
  if (text === undefined || !(text === '#' || text.startsWith('#/')))
    return source.complain(reference, 'a reference out of this document', HELP_REFERENCE)
  let node: Node | null = root
  for (const part of text
    .slice(2)
    .split('/')
    .filter((word) => word !== '')) {
    const name = unescaped(part)
    node = isSeq(node) ? (itemsOf(node)[Number(name)] ?? null) : member(node, name)
  }
  return node ?? source.complain(reference, 'a reference to what is not there', HELP_REFERENCE)
}

/** RFC 6901, 3 and 6. */
function unescaped(part: string): string {
  let text = part
  try {
    text = decodeURIComponent(part)
  } catch {
    // Then the percent sign belongs to the name.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~')
}
