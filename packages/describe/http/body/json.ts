import { redactMember } from '@sallyport/core/redact/redact'
import { safe } from '@sallyport/core/redact/redacted'
import { secretClassOf } from '@sallyport/core/redact/secret-names'
import { type JsonListener, JsonScanner, type JsonType } from '../../json/scanner.ts'
import { REQUEST_LIMITS } from '../../json/strict.ts'
import { isMethodKey } from '../query.ts'
import { KeyPaths } from './key-paths.ts'
import type { Fields } from './reading.ts'
import { ShownFields } from './shown.ts'

/** A string that would read as another value, or as none, without its quotes. */
const NEEDS_QUOTES = /^(?:true|false|null|-?[0-9].*|["[{\s].*|.*\s)?$/s
/** `{"name":"DB_PASSWORD","value":…}`, `{"path":"/password","value":…}` */
const NAMING: ReadonlySet<string> = new Set(['name', 'key', 'path', 'Name', 'Key', 'field'])
const PLAIN_WORD = /^[A-Za-z_$][\w$-]*$/

/** The fields of a JSON body, or null where it is none that every parser reads alike or looks at as far. */
export function readJson(bytes: Uint8Array): Fields | null {
  const outline = new Outline()
  const scanner = new JsonScanner(outline, REQUEST_LIMITS)
  scanner.push(bytes)
  return scanner.finish() === 'fine' ? outline.fields() : null
}

/** Where a value stands. */
interface Place {
  /** As facts spell it: `items[].price`. */
  readonly path: string
  /** As a card does: `items[0].price`. */
  readonly shown: string
  /** The name whose value is hidden whole, here or further out. */
  readonly secret: string | null
}

interface Open extends Place {
  /** How many fields were shown before it. */
  readonly from: number
  /** Where one of its members says by which name its `value` goes: a variable of a service, a step of a JSON Patch. */
  said: string | null
  readonly what: 'object' | 'array'
  count: number
}

const ROOT: Place = { path: '', shown: '', secret: null }

class Outline implements JsonListener {
  readonly #keys = new KeyPaths()
  readonly #shown = new ShownFields(safe`body`)
  readonly #open: Open[] = []
  #member: Place = ROOT
  /** Whether the member is one that says how the `value` beside it is called. */
  #saysName = false
  #repeats = false
  #setsMethod = false

  fields(): Fields {
    const known = this.#keys.known && !this.#repeats
    return { keys: this.#keys.all(), known, setsMethod: this.#setsMethod, shown: this.#shown.all() }
  }

  opened(what: 'object' | 'array'): void {
    const place = this.#next()
    // What is inside is hidden as one, once.
    if (place.secret !== null && !this.#isHidden()) this.#show(place, '')
    this.#open.push({ ...place, what, count: 0, from: this.#shown.count, said: null })
  }

  closed(what: 'object' | 'array'): void {
    const open = this.#open.pop()
    if (open !== undefined && open.said !== null)
      for (const word of ['value', 'Value'])
        this.#shown.hide(open.from, inside(open.shown, word), redactMember(open.said, ''))
    if (open === undefined || open.count > 0 || open.secret !== null) return
    this.#show(open, what === 'object' ? '{}' : '[]')
  }

  key(name: string, again: boolean): void {
    const outer = this.#open.at(-1) ?? ROOT
    if (again) this.#repeats = true
    if (this.#open.length === 1 && isMethodKey(name)) this.#setsMethod = true
    const secret = outer.secret ?? (secretClassOf(name) === undefined ? null : name)
    const shown = outer.secret === null ? inside(outer.shown, name) : outer.shown
    const path = outer.secret === null ? this.#keys.add(outer.path, name) : this.#keys.addHidden(outer.path)
    this.#member = { path, shown, secret }
    this.#saysName = NAMING.has(name)
  }

  scalar(type: JsonType, text: string): void {
    const place = this.#next()
    if (this.#isHidden()) return
    const open = this.#open.at(-1)
    if (open?.what === 'object' && this.#saysName && secretClassOf(text) !== undefined) open.said = text
    this.#show(place, type === 'string' && NEEDS_QUOTES.test(text) ? JSON.stringify(text) : text)
  }

  /** Whether what is around the next value is hidden already. */
  #isHidden(): boolean {
    return (this.#open.at(-1)?.secret ?? null) !== null
  }

  #next(): Place {
    const outer = this.#open.at(-1)
    if (outer === undefined) return ROOT
    const at = outer.count++
    if (outer.what === 'object') return this.#member
    const { path, shown, secret } = outer
    return { path: `${path}[]`, shown: `${shown}[${at}]`, secret }
  }

  #show({ shown, secret }: Place, text: string): void {
    if (this.#shown.hasRoom()) this.#shown.add(shown, redactMember(secret ?? '', text))
    else this.#shown.leave(shown.length + text.length)
  }
}

/** A key that could be taken for a place is spelled as JSON spells it. */
function inside(outer: string, name: string): string {
  if (!PLAIN_WORD.test(name)) return `${outer}[${JSON.stringify(name)}]`
  return outer === '' ? name : `${outer}.${name}`
}
