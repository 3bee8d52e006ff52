import { z } from '@hono/zod-openapi'
import { CardDigest, Text } from './words.ts'

const HOUR_MS = 60 * 60 * 1000
/** No policy lets a waiver last longer or be used more often. */
export const WAIVER_LIMIT_MS = 30 * 24 * HOUR_MS
export const WAIVER_USES_LIMIT = 1_000

const saw = CardDigest.openapi({
  description: 'Digest of the card that was shown. A card that changed is `stale-card`.',
})

const ApproveScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('once') }),
  z.strictObject({
    kind: z.literal('waiver'),
    uses: z.int().min(1).max(WAIVER_USES_LIMIT),
    forMs: z.int().min(1).max(WAIVER_LIMIT_MS),
  }),
])

const DenyScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('call') }),
  z.strictObject({ kind: z.literal('shape') }),
  z.strictObject({ kind: z.literal('session') }),
])

/** A person's word on a held action. A question is not a decision. */
export const Decided = z
  .discriminatedUnion('says', [
    z.strictObject({ says: z.literal('approve'), scope: ApproveScope.default({ kind: 'once' }), saw }),
    z.strictObject({ says: z.literal('deny'), scope: DenyScope.default({ kind: 'call' }), saw }),
  ])
  .openapi('Decided')

export const Said = z.strictObject({ text: Text }).openapi('Said')

export type Decided = z.infer<typeof Decided>
