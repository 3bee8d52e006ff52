import { redactText, secretSpans } from '@sallyport/core/redact/redact'
import { command } from '../line/command.ts'
import { eachText } from '../line/input.ts'

export const redact = command({
  says: 'a text without its secrets',
  usage: ["redact 'PGPASSWORD=hunter2 psql'", 'redact --stdin', 'redact --spans --stdin'],
  flags: {
    spans: { says: 'where the secrets stand, in UTF-16 offsets, instead of the text without them' },
    stdin: { says: 'one JSON string a line in, one line out' },
  },
  words: { least: 0, most: 1 },
  run({ flags, words }, terminal) {
    const asJson = flags.json || flags.stdin
    const line = (text: string): string => {
      if (flags.spans) return JSON.stringify({ spans: secretSpans(text) })
      const redacted = redactText(text, Number.POSITIVE_INFINITY)
      return asJson ? JSON.stringify(redacted) : redacted
    }
    return eachText({ stdin: flags.stdin, words }, line, terminal)
  },
})
