import { Decided, Said } from '@sallyport/contract/decision'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { z } from 'zod'
import { Refused } from '../api/refused.ts'

const HOUR_MS = 60 * 60 * 1000

/** The fields of a form of ours, as a browser sends them. Others can send anything. */
export type Form = Readonly<Record<string, string>>

/** What was clicked, as the contract spells it. */
export function decisionOf({ word, saw, uses, hours }: Form): Decided {
  const [says, kind] = word?.split(':') ?? []
  const scope = kind === 'waiver' ? { kind, uses: Number(uses), forMs: Number(hours) * HOUR_MS } : { kind }
  return parsed(Decided, { says, scope, saw })
}

export function textOf({ text }: Form): string {
  // A browser sends the line breaks of a text field as CR LF.
  return parsed(Said, { text: text?.replaceAll('\r\n', '\n') }).text
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new Refused(refusal('malformed', safe`the form was not filled in as its page asks`))
}
