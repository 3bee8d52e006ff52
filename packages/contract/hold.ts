import { z } from '@hono/zod-openapi'
import { ActionView, Terms, Told } from './action.ts'
import { Effect, State, Time, Wait } from './words.ts'

const Named = z.object({ id: z.string(), name: z.string() })
const Counts = z.partialRecord(State, z.int())

/** What a reviewer sees, as every surface has it. Texts are safe to show: what moves, hides or imitates stands as an escape. */
export const CardView = z
  .object({
    says: z.string(),
    command: z.string(),
    parameters: z.array(z.object({ name: z.string(), value: z.string() })),
    requester: z.object({
      agents: z.array(z.string()),
      owner: Named,
      actsFor: z.array(Named),
      run: Told.nullable(),
      model: Told.nullable(),
      provedBy: z.enum(['agent-key', 'sign-in', 'person-token']),
    }),
    resource: z.string(),
    environment: z.string(),
    effects: z.array(Effect),
    operation: z.string(),
    datasets: z.array(z.string()),
    labels: z.array(z.string()),
    destination: z.string().nullable(),
    rows: z.union([z.int(), z.literal('unknown')]),
    deferred: z.boolean(),
    unbounded: z.boolean(),
    understood: z.boolean(),
    unknown: z.array(z.string()),
    policy: z.object({
      set: z.string(),
      rules: z.array(z.string()),
      because: z.string(),
      controls: z.array(z.string()),
    }),
    reason: z.string().nullable(),
    waivable: Terms.shape.waivable,
    thread: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['question', 'answer']),
        by: z.string(),
        text: z.string(),
        at: Time,
      }),
    ),
    impact: z.object({ kind: z.literal('unknown'), why: z.string() }),
    openedAt: Time,
    whole: z.boolean().openapi({ description: 'False: something was cut before it was stored.' }),
    warnings: z
      .array(z.string())
      .openapi({ description: 'What a reader should know before trusting their eyes.' }),
    state: State,
    wait: Wait,
    expiresAt: Time.nullable(),
    seats: z.array(z.object({ group: z.string(), takenBy: Named.nullable() })),
    signals: z.array(z.enum(['first-seen', 'burst', 'denied-before'])),
    history: z.object({ session: Counts, lastDay: Counts }),
  })
  .openapi('Card')

export const HoldView = z
  .object({
    action: ActionView,
    card: CardView,
    saw: z.string().openapi({ description: 'Digest of this card. A decision names it.' }),
    same: z.int().openapi({ description: 'Identical actions that wait too. Each wants its own approval.' }),
    mayDecide: z.boolean(),
    whyNot: z.string().nullable().openapi({ description: 'Why you may not decide, in one sentence.' }),
  })
  .openapi('Hold')

/** An entry of the list. What the caller did before and what else waits stand on the card alone. */
const ListedCardView = CardView.omit({ history: true }).openapi('ListedCard')
export const ListedHoldView = HoldView.omit({ card: true, same: true })
  .extend({ card: ListedCardView })
  .openapi('ListedHold')

export type ListedCardView = z.infer<typeof ListedCardView>
export type ListedHoldView = z.infer<typeof ListedHoldView>
export type CardView = z.infer<typeof CardView>
export type HoldView = z.infer<typeof HoldView>
