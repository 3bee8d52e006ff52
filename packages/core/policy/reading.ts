/** One record of parsed text, read field by field. The first mistake ends it, by an error that says where it stands. */
export interface Reading {
  readonly fail: (message: string) => never
  readonly has: (name: string) => boolean
  readonly inner: (name: string, known: readonly string[]) => Reading
  readonly text: (name: string, absent?: string) => string
  readonly flag: (name: string, absent: boolean) => boolean
  readonly count: (name: string, absent: number) => number
  readonly texts: (name: string, absent?: readonly string[]) => readonly string[]
  readonly word: <W extends string>(name: string, words: readonly W[]) => W
  readonly words: <W extends string>(name: string, words: readonly W[], absent?: readonly W[]) => readonly W[]
}

/** Marks the errors that are about the text and not about us. */
const UNREADABLE: unique symbol = Symbol('unreadable')

export function isUnreadable(error: unknown): error is Error {
  return error instanceof Error && error.cause === UNREADABLE
}

/** Opens a record whose fields are among `known`. */
export function readRecord(content: unknown, where: string, known: readonly string[]): Reading {
  const fail = (message: string): never => {
    throw new Error(`${where}: ${message}`, { cause: UNREADABLE })
  }
  const fields = new Map<string, unknown>(
    isRecord(content) ? Object.entries(content) : fail('this is no record'),
  )
  const stranger = [...fields.keys()].find((name) => !known.includes(name))
  if (stranger !== undefined) fail(`unknown field \`${stranger}\`; the fields are ${known.join(', ')}`)

  const value = (name: string, absent: unknown): unknown => {
    if (fields.has(name)) return fields.get(name)
    return absent === undefined ? fail(`\`${name}\` is missing`) : absent
  }
  const oneOf = <W extends string>(name: string, text: string, words: readonly W[]): W =>
    words.find((word) => word === text) ?? fail(`\`${name}\` is none of ${words.join(', ')}`)
  const text: Reading['text'] = (name, absent) => {
    const found = value(name, absent)
    return typeof found === 'string' ? found : fail(`\`${name}\` is no text`)
  }
  const texts: Reading['texts'] = (name, absent) => {
    const found = value(name, absent)
    const isList = Array.isArray(found) && found.every((item: unknown) => typeof item === 'string')
    return isList ? found : fail(`\`${name}\` is no list of texts`)
  }
  return {
    fail,
    has: (name) => fields.has(name),
    inner: (name, names) => readRecord(fields.get(name) ?? {}, `${where}, \`${name}\``, names),
    text,
    texts,
    flag: (name, absent) => {
      const found = value(name, absent)
      return typeof found === 'boolean' ? found : fail(`\`${name}\` is neither true nor false`)
    },
    count: (name, absent) => {
      const found = value(name, absent)
      const isCount = typeof found === 'number' && Number.isSafeInteger(found) && found >= 0
      return isCount ? found : fail(`\`${name}\` is no whole number`)
    },
    word: (name, words) => oneOf(name, text(name), words),
    words: (name, words, absent) => texts(name, absent).map((item) => oneOf(name, item, words)),
  }
}

function isRecord(content: unknown): content is object {
  return typeof content === 'object' && content !== null && !Array.isArray(content)
}
