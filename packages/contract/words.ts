import { z } from '@hono/zod-openapi'
import { EFFECTS } from '@sallyport/core/action/effect'
import { parseDigest, parseDrawn, parseName } from '@sallyport/core/action/ids'
import { STATES } from '@sallyport/core/lifecycle/table'

/** Text that a person or an agent may write: a question, an answer, a reason. */
export const TEXT_LIMIT_CHARS = 2_000

/** An id that parses into its branded type, so that handlers never meet a raw one. */
function id<T>(parse: (text: string) => T | undefined, example: string, says: string) {
  return z
    .string()
    .max(128)
    .transform((text, ctx) => {
      const parsed = parse(text)
      if (parsed !== undefined) return parsed
      ctx.addIssue({ code: 'custom', message: `not ${says}` })
      return z.NEVER
    })
    .openapi({ type: 'string', example })
}

export const ActionId = id(
  (text) => parseDrawn('act', text),
  'act_00000000000000000000000000',
  'the id of an action',
)
export const FreezeId = id(
  (text) => parseDrawn('frz', text),
  'frz_00000000000000000000000000',
  'the id of a freeze',
)
export const StandingId = id(
  (text) => parseDrawn('std', text),
  'std_00000000000000000000000000',
  'the id of a waiver',
)
export const AgentName = id((text) => parseName('agent', text), 'invoice-bot', 'the name of an agent')
export const PersonName = id((text) => parseName('person', text), 'ines', 'the name of a person')
export const GroupName = id((text) => parseName('group', text), 'data-owners', 'the name of a group')
export const ResourceName = id((text) => parseName('resource', text), 'customers', 'the name of a resource')
export const CardDigest = id(
  parseDigest,
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'a digest of 64 lower-case hexadecimal digits',
)

export const Text = z
  .string()
  .trim()
  .min(1)
  .max(TEXT_LIMIT_CHARS)
  .openapi({ description: 'Plain text. It goes through redaction before it is stored or shown.' })

export const Time = z.iso.datetime().openapi({ example: '2026-11-20T12:00:00.000Z' })

export const Effect = z.enum(EFFECTS)

export const State = z.enum(STATES)

export const Wait = z.enum(['none', 'live', 'claimable', 'parked'])
