import type { Label } from '@sallyport/core/facts/facts'
import type { HttpRoute } from '@sallyport/describe/http/route'
import type { Node } from 'yaml'
import { list, type Read, text } from '../fields.ts'
import { readDataset, readEffects } from '../operations.ts'
import { isTemplate, readOperation as readName } from '../routes.ts'
import { type Document, entriesOf, member, OUR_PREFIX } from './document.ts'

/** Tags are written for people, so that they have blanks. */
const TAG = /^[\p{L}\p{N}][\p{L}\p{N} ._:/&()-]{0,127}$/u

/** Where an operation stands, and what its path is. */
interface Place {
  readonly method: string
  readonly path: string
  readonly at: Node
}

export function readOperation(
  { method, path, at }: Place,
  operation: Node,
  labels: readonly Label[],
  document: Document,
): HttpRoute | undefined {
  const { source } = document
  if (!isTemplate(path))
    return source.complain(
      at,
      'a path that is no route here',
      'each segment is a word or one `{parameter}`, and none is empty; take it out and write it in `routes`',
    )
  const ours = <T>(word: string, absent: T, read: Read<T>): T => {
    const entry = entriesOf(operation).find(([key]) => key === `${OUR_PREFIX}${word}`)
    if (entry === undefined) return absent
    document.read.add(entry[2])
    return read(entry[1], source) ?? absent
  }
  const id = member(operation, 'operationId')
  const tags = member(operation, 'tags')
  const named = tags === null ? [] : (list(readTag)(tags, source) ?? [])
  return {
    method,
    path,
    operation: id === null ? null : (readName(id, source) ?? null),
    effects: ours<HttpRoute['effects']>('effects', null, readEffects),
    datasets: ours('datasets', named, list(readDataset)),
    labels: [...new Set(labels)].toSorted(),
    speaks: null,
  }
}

const readTag: Read<string> = text(
  (value) => (TAG.test(value) ? value : undefined),
  'this is no name of a dataset',
  'tags are datasets here: letters, digits, blanks and `._:/&()-`, at most 128; or write `x-sallyport-datasets`',
)
