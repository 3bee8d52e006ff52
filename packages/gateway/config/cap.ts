import type { Label } from '@sallyport/core/facts/facts'
import { parseSizeBytes } from '@sallyport/core/size'
import type { Cap, FieldLabels } from '@sallyport/describe/http/cap'
import { isMap, isScalar, type Node } from 'yaml'
import { fieldsOf, list, type Read, text } from './fields.ts'

const LABEL = /^[a-z][a-z0-9-]{0,62}$/
const FIELD_NAME_LIMIT_CHARS = 128
const ITEMS_LIMIT = 999_999_999

export const readLabel: Read<Label> = text(
  (value) => (LABEL.test(value) ? value : undefined),
  'this is no label',
  'lower-case letters, digits and hyphens, at most 63, a letter first',
)

export const readCap: Read<Cap> = (node, source) => {
  const fields = fieldsOf('a cap', ['bytes', 'items', 'classes'], node, source)
  if (fields === undefined) return undefined
  const bytes = fields.optional<number | null>('bytes', null, readSize)
  const items = fields.optional<number | null>('items', null, readItems)
  const classes = fields.optional<readonly Label[] | null>('classes', null, list(readLabel))
  return { bytes, items, classes: classes === null ? null : [...new Set(classes)].sort() }
}

/** The labels of fields, each name as it stands in answers. */
export const readFieldLabels: Read<FieldLabels> = (node, source) => {
  if (!isMap(node)) return source.complain(node, 'fields are a mapping', 'write `{ ssn: [pii] }`')
  const entries: (readonly [string, readonly Label[]])[] = []
  for (const { key, value } of node.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : ''
    if (name === '' || name.length > FIELD_NAME_LIMIT_CHARS)
      source.complain(key as Node, 'this is no name of a field', 'text, at most 128 characters')
    const labels = list(readLabel)(value as Node, source)
    if (labels !== undefined) entries.push([name, labels])
  }
  return Object.fromEntries(entries)
}

const readSize: Read<number> = text(parseSizeBytes, 'this is no size', 'write `64KiB`, `1MiB` or `2GiB`')

const readItems: Read<number> = (node, source) => {
  const value = isScalar(node) ? node.value : undefined
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= ITEMS_LIMIT
  return isCount ? value : source.complain(node, 'this is no number of items', 'write a whole number, `500`')
}
