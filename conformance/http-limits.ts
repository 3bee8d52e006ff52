import { durationText } from '@sallyport/core/duration'
import { sizeText } from '@sallyport/core/size'
import * as door from '@sallyport/gateway/doors/http/limits'
import { IN_FLIGHT_LIMIT, OPEN_HOLDS_LIMIT } from '@sallyport/gateway/guard/load'

/** What the page says of limits: the constants themselves, so that it cannot say another number. */
// biome-ignore format: a table is read by its rows
export const LIMITS: readonly (readonly [what: string, value: string, past: string])[] = [
  ['request line and headers', sizeText(door.HEAD_LIMIT_BYTES), '`too-large`, and the connection ends'],
  ['from the first byte of a head to its last', durationText(door.HEAD_TIMEOUT_MS), 'the connection ends'],
  ['a body that is judged whole', sizeText(door.WHOLE_BODY_LIMIT_BYTES), 'it goes on as it comes, or `too-large`'],
  ['from the first byte of such a body to its last', durationText(door.WHOLE_BODY_MS), '`malformed`, and the connection ends'],
  ['any body', sizeText(door.STREAMED_BODY_LIMIT_BYTES), '`too-large`, or the target sees no end'],
  ['between two pieces of a body that goes on', durationText(door.BODY_IDLE_MS), 'the target sees no end: `unknown-outcome`'],
  ['bodies in memory, of one agent', sizeText(door.BODIES_OF_ONE_LIMIT_BYTES), '`rate-limited`'],
  ['bodies in memory, of all', sizeText(door.BODIES_LIMIT_BYTES), '`rate-limited`'],
  ['requests in flight, of one agent', String(IN_FLIGHT_LIMIT), '`rate-limited`'],
  ['actions before people, of one agent', String(OPEN_HOLDS_LIMIT), '`rate-limited`'],
  ['requests waiting behind another on one connection', String(door.PIPELINE_LIMIT), 'the connection ends'],
  ['connections', String(door.CONNECTIONS_LIMIT), 'not taken'],
  ['an idle connection', durationText(door.IDLE_TIMEOUT_MS), 'it ends'],
  ['a client that takes nothing of its answer', durationText(door.STALLED_CLIENT_MS), 'it is cut, and the target with it'],
]
