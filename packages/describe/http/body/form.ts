import { redactQuery } from '@sallyport/core/redact/redact'
import { safe } from '@sallyport/core/redact/redacted'
import { queryKeys } from '../query.ts'
import { KeyPaths } from './key-paths.ts'
import type { Fields } from './reading.ts'
import { ShownFields } from './shown.ts'

/** What `application/x-www-form-urlencoded` is written in; a server may take any other byte for something else. */
const FORM = /^[\x21-\x7e]*$/

export function readForm(text: string): Fields {
  const { keys, known, setsMethod } = queryKeys(text)
  const paths = new KeyPaths()
  for (const key of keys) paths.keep(key)
  return {
    keys: paths.all(),
    known: known && paths.known && FORM.test(text),
    setsMethod,
    shown: shownOf(text),
  }
}

function shownOf(text: string): Fields['shown'] {
  const shown = new ShownFields(safe`body`)
  for (const pair of text.split('&')) {
    // A question mark at the beginning belongs to the name here, and not to a query.
    const [field] = pair === '' || !shown.hasRoom() ? [] : redactQuery(`?${pair}`)
    if (field !== undefined) shown.add(field.name, field.value)
    else if (pair !== '') shown.leave(pair.length)
  }
  return shown.all()
}
