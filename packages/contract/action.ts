import { z } from '@hono/zod-openapi'
import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'
import { ActionId, Effect, ResourceName, State, Text, Time, Wait } from './words.ts'

/** A path and its query, as a request line carries them. */
const PATH_LIMIT_CHARS = 8_192
const HEADERS_LIMIT = 64
/** Request line and headers together, as much as the HTTP door takes of a connection. */
export const HEAD_LIMIT_BYTES: number = 16 * 1024
const WAIT_LIMIT_S = 60
/** As much of a body as fits, with everything else, into a request of this API. */
const BODY_LIMIT_CHARS: number = 448 * 1024
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** RFC 9110 5.6.2: what a method and a field name are made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export const RefusalCodes = z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]])

/** A request of an HTTP resource that is asked for by its handle instead of through the door. */
export const AskedAction = z
  .strictObject({
    resource: ResourceName,
    method: z.string().regex(TOKEN).max(32).openapi({ example: 'DELETE' }),
    path: z.string().startsWith('/').max(PATH_LIMIT_CHARS).openapi({ example: '/customers/42' }),
    headers: z
      .record(z.string().regex(TOKEN).max(256), z.string().max(PATH_LIMIT_CHARS))
      .refine((headers) => Object.keys(headers).length <= HEADERS_LIMIT, `at most ${HEADERS_LIMIT} headers`)
      .optional(),
    body: z.string().max(BODY_LIMIT_CHARS).optional().openapi({ description: 'What follows the head.' }),
    encoding: z
      .enum(['utf-8', 'base64'])
      .optional()
      .openapi({ description: 'How `body` is written here; `utf-8` where nothing is said.' }),
    reason: Text.optional().openapi({ description: 'Why it is wanted, for the people who decide.' }),
  })
  .refine((asked) => headBytes(asked) <= HEAD_LIMIT_BYTES, {
    message: `at most ${HEAD_LIMIT_BYTES} bytes of path and headers together`,
    path: ['headers'],
  })
  .refine(({ body = '', encoding }) => encoding !== 'base64' || BASE64.test(body), {
    message: 'this is no base64',
    path: ['body'],
  })
  .openapi('AskedAction')

/** As a connection would carry it, without its last empty line. */
function headBytes({
  method,
  path,
  headers = {},
}: {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
}): number {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join('')).length
}

export const Told = z.object({ value: z.string(), trust: z.enum(['claimed', 'attested']) })

const Requester = z
  .object({
    agents: z.array(z.string()),
    owner: z.string(),
    actsFor: z.array(z.string()),
    run: Told.optional(),
    model: Told.optional(),
    provedBy: z.enum(['agent-key', 'sign-in', 'person-token']),
  })
  .openapi('Requester', { description: 'A chain, never one name.' })

const Utterance = z
  .object({
    id: z.string(),
    kind: z.enum(['question', 'answer']),
    by: z.string(),
    text: z.string(),
    at: Time,
  })
  .openapi('Utterance')

export const Terms = z
  .object({
    groups: z.array(z.object({ group: z.string(), approvals: z.int() })),
    reasonRequired: z.boolean(),
    waivable: z.object({ uses: z.int(), forMs: z.int() }).nullable(),
  })
  .openapi('Terms', { description: 'What the hold asks for.' })

export const ActionView = z
  .object({
    id: z.string(),
    version: z.int().openapi({ description: 'Grows with every change; give it back as `after`.' }),
    state: State,
    wait: Wait,
    resource: z.string(),
    environment: z.string(),
    effects: z.array(Effect),
    says: z.string().openapi({ description: 'One sentence from the parse: what it would do.' }),
    command: z.object({
      line: z.string(),
      parameters: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
    datasets: z.array(z.string()),
    reason: z.string().nullable(),
    requester: Requester,
    session: z.string(),
    digest: z.string(),
    shape: z.string(),
    askedAt: Time,
    deadline: Time.nullable(),
    why: z.object({ rules: z.array(z.string()), because: z.string(), controls: z.array(z.string()) }),
    judgedBy: z.object({ policy: z.string(), directory: z.string() }),
    terms: Terms.nullable(),
    votes: z.array(
      z.object({ by: z.string(), seats: z.array(z.string()), scope: z.enum(['once', 'waiver']), at: Time }),
    ),
    thread: z.array(Utterance),
    waiver: z.string().nullable(),
    ended: z
      .object({
        code: RefusalCodes.nullable(),
        by: z.string().nullable(),
        at: Time,
        answer: z
          .object({
            status: z.int(),
            bytes: z.int(),
            cut: z
              .enum(['bytes', 'items', 'classes'])
              .exactOptional()
              .openapi({ description: 'The cap that it crossed.' }),
          })
          .nullable(),
      })
      .nullable(),
    advice: z.string().nullable().openapi({ description: 'To the agent: what to do next.' }),
  })
  .openapi('Action')

export type ActionView = z.infer<typeof ActionView>
export type AskedAction = z.infer<typeof AskedAction>

export const ActionParam = z.object({ id: ActionId })

export const WaitQuery = z.object({
  wait: z.coerce.number().int().min(0).max(WAIT_LIMIT_S).optional().openapi({
    description: 'Seconds to wait for a change. Answers at once where the action has ended.',
    example: 30,
  }),
  after: z.coerce.number().int().min(0).optional().openapi({
    description: 'The version that you know: a later one is answered at once.',
  }),
})

/** What an allowed action brought back at once. A part of it is given where it is larger than an answer of this API may be. */
export const RanView = z
  .object({
    action: ActionView,
    answer: z.object({
      status: z.int(),
      contentType: z.string().nullable(),
      encoding: z.enum(['utf-8', 'base64']),
      body: z.string(),
      cut: z
        .boolean()
        .openapi({ description: 'The answer was longer. Ask through the door to have all of it.' }),
    }),
  })
  .openapi('Ran')

export type RanView = z.infer<typeof RanView>
