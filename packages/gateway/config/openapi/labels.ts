import type { Label } from '@sallyport/core/facts/facts'
import { isMap, isScalar, type Node } from 'yaml'
import { readLabel } from '../cap.ts'
import { list } from '../fields.ts'
import { type Document, entriesOf, itemsOf, OUR_PREFIX, resolved } from './document.ts'

const LABELS = `${OUR_PREFIX}labels`
/** What stands there is data, whatever its keys are called. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples'])

/** What one place of the document says of labels, itself and by reference. */
interface Place {
  readonly labels: ReadonlySet<Label>
  readonly leadsTo: ReadonlySet<Node>
}

/**
 * The labels of all that an operation carries in either direction: its own, and those of each schema that it reaches, however
 * far in. In doubt there are too many: `not` counts like any other.
 */
export class SchemaLabels {
  readonly #document: Document
  readonly #places = new Map<Node, Place>()

  constructor(document: Document) {
    this.#document = document
  }

  reachedFrom(node: Node): readonly Label[] {
    const reached = new Set<Node>([node])
    const labels = new Set<Label>()
    for (const next of reached) {
      const place = this.#placeOf(next)
      for (const label of place.labels) labels.add(label)
      for (const target of place.leadsTo) reached.add(target)
    }
    return [...labels].toSorted()
  }

  #placeOf(node: Node): Place {
    const known = this.#places.get(node)
    if (known !== undefined) return known
    const place = { labels: new Set<Label>(), leadsTo: new Set<Node>() }
    this.#places.set(node, place)
    const stack: Node[] = [node]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const [key, value, at] of entriesOf(next)) {
        if (key === LABELS) this.#readLabels(value, at, place.labels)
        else if (key === '$ref' && isScalar(value)) this.#follow(value, place.leadsTo)
        else if (key === 'mapping')
          for (const [, target] of entriesOf(value)) this.#followIfLocal(target, place.leadsTo)
        else if (!DATA.has(key)) stack.push(value)
      }
      if (!isMap(next)) stack.push(...itemsOf(next))
    }
    return place
  }

  #readLabels(value: Node, at: Node, into: Set<Label>): void {
    const { source, read } = this.#document
    read.add(at)
    for (const label of list(readLabel)(value, source) ?? []) into.add(label)
  }

  #follow(reference: Node, into: Set<Node>): void {
    const target = resolved(this.#document, reference)
    if (target !== undefined) into.add(target)
  }

  /** In a `mapping` a schema may be named without a path. */
  #followIfLocal(reference: Node, into: Set<Node>): void {
    if (isScalar(reference) && String(reference.value).startsWith('#/')) this.#follow(reference, into)
  }
}
