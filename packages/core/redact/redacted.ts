import type {
  ActionId,
  AgentId,
  Digest,
  EnvironmentId,
  FreezeId,
  GroupId,
  PersonId,
  ResourceId,
  SessionId,
  Shape,
  StandingId,
  UtteranceId,
} from '../action/ids.ts'

declare const redacted: unique symbol

/** Text that went through the choke point. Every sink (store, log, card, page, API, leaf, metric) accepts this and nothing else. */
export type Redacted = string & { readonly [redacted]: true }

type AnyId =
  | ActionId
  | AgentId
  | Digest
  | EnvironmentId
  | FreezeId
  | GroupId
  | PersonId
  | ResourceId
  | SessionId
  | Shape
  | StandingId
  | UtteranceId

/** Text that stands in the source code, with ids, numbers and redacted text put in. Ids cannot hold a secret: their characters are too few and they are drawn or chosen by the operator. */
export function safe(
  literals: TemplateStringsArray,
  ...values: readonly (Redacted | AnyId | number)[]
): Redacted {
  let text = literals[0] ?? ''
  for (const [index, value] of values.entries()) text += String(value) + (literals[index + 1] ?? '')
  return text as Redacted
}
