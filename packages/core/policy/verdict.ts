import type { Effect } from '../action/effect.ts'
import type { AgentId, EnvironmentId, GroupId, PersonId, ResourceId, StandingId } from '../action/ids.ts'
import type { Facts } from '../facts/facts.ts'
import type { NonEmpty } from '../given.ts'
import type { Caller } from '../people/caller.ts'
import type { RefusalCode } from '../refusal/table.ts'

/** Which rule decided, for which link of the chain and which effect, in one sentence (law 8). */
export interface Why {
  /** Ids of the Cedar policies that decided; empty where no rule matched. */
  readonly rules: readonly string[]
  /** The link of the chain whose answer was the strictest. */
  readonly link: AgentId | PersonId | null
  readonly effect: Effect | null
  /** One sentence, made from the policy's `@because` or from the facts. It holds no value of the action. */
  readonly because: string
  /** `@controls` of the rules that decided: `SOC2:CC8.1`. */
  readonly controls: readonly string[]
}

/** What a hold asks for. Several holds are added up: groups together, the largest quorum of each, the shortest time. */
export interface Terms {
  readonly groups: NonEmpty<{ readonly group: GroupId; readonly approvals: number }>
  readonly withinMs: number
  readonly reasonRequired: boolean
  /** The largest waiver that an approver may give, or null: this hold is never skipped. */
  readonly waivable: { readonly uses: number; readonly forMs: number } | null
}

export type Verdict =
  | { readonly kind: 'allow'; readonly why: Why; readonly waiver?: StandingId }
  | { readonly kind: 'hold'; readonly why: Why; readonly terms: Terms }
  | { readonly kind: 'refuse'; readonly why: Why; readonly code: RefusalCode }

/** What is true around an action at one moment. Never cached where a policy reads it. */
export interface Circumstances {
  /** Hour of the day in UTC, 0 to 23. */
  readonly hour: number
  readonly signals: readonly Signal[]
  readonly session: { readonly labels: readonly string[]; readonly untrusted: boolean }
}

/** Something noticed that raises the bar (law 7). */
export type Signal = 'first-seen' | 'burst' | 'denied-before'

/** The resource as policy sees it: its one environment is its parent, and environments may stand in others. */
export interface Target {
  readonly id: ResourceId
  readonly kind: string
  readonly region: string
  /** Innermost first. Complete: an ancestor left out would silence `forbid (… resource in Environment::"prod")`. */
  readonly environments: NonEmpty<EnvironmentId>
}

export interface Question {
  readonly caller: Caller
  readonly target: Target
  readonly effects: NonEmpty<Effect>
  readonly facts: Facts
  readonly circumstances: Circumstances
}

/** A right that the `people` set gives, asked for one person and one resource. */
export type PeopleRight = 'decide'
/** A right that the `admin` set gives. */
export type AdminRight = 'operate' | 'audit' | 'configure'
