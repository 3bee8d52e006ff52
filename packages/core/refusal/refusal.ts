import type { ActionId } from '../action/ids.ts'
import type { Redacted } from '../redact/redacted.ts'
import type { RefusalCode } from './table.ts'

/** A no, as data. `detail` says what is wrong here; meaning and advice are the table's. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly code: RefusalCode
  readonly detail: Redacted
  readonly action?: ActionId
}

export function refusal(code: RefusalCode, detail: Redacted, action?: ActionId): Refusal {
  return action === undefined ? { kind: 'refusal', code, detail } : { kind: 'refusal', code, detail, action }
}
