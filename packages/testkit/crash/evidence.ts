import type { State, Wait } from '@sallyport/core/lifecycle/life'
import type { Finding } from '@sallyport/verify/finding'
import type { SeenLeaf } from '@sallyport/verify/seen-leaf'
import type { SoundLog } from '@sallyport/verify/verify-log'

/** A request that reached the target. `name` is what its client called it: no two intentions share one. */
export interface Arrival {
  readonly name: string
  readonly reads: boolean
  /** Which process of the gateway sent it. */
  readonly run: number
}

/** An action as the store or the API has it. */
export interface Seen {
  readonly action: string
  readonly name: string
  readonly state: State
  readonly wait: Wait
}

/** What a client got completely, from its status line to its last byte. */
export interface Heard {
  readonly name: string
  readonly action: string | null
  /** The target's answer; else a refusal or a handle of the gateway. */
  readonly answered: boolean
}

/** A decision that its person was told is taken. */
export interface Word {
  readonly action: string
  readonly by: string
  readonly says: 'approve' | 'deny'
}

/** One death and the start after it. */
export interface Restart {
  /** The process that was started. */
  readonly run: number
  /** What the data folder held of every action that had not ended, before anybody opened it again. */
  readonly before: readonly Seen[]
  /** The same actions as the new process had them before anybody asked it for anything else. */
  readonly after: readonly Seen[]
}

/** Everything that anybody saw of a gateway and its deaths, once all that could go on has gone on. */
export interface Evidence {
  readonly arrivals: readonly Arrival[]
  readonly heard: readonly Heard[]
  readonly words: readonly Word[]
  readonly restarts: readonly Restart[]
  /** Every action of the record, as it stands at the end. */
  readonly actions: readonly Seen[]
  readonly leaves: readonly SeenLeaf[]
  /** The record, checked without the gateway, as the continuation of the newest checkpoint from before the last death. */
  readonly checked: SoundLog | Finding
}
