import { durationText } from '@sallyport/core/duration'
import { sizeText } from '@sallyport/core/size'
import * as door from '@sallyport/gateway/doors/http/limits'
import {
  IN_FLIGHT_LIMIT,
  OPEN_HOLDS_LIMIT,
  REFUSALS_LIMIT,
  REFUSALS_LIMIT_PER_S,
} from '@sallyport/gateway/guard/load'
import {
  PARKED_ANSWER_LIMIT_BYTES,
  PARKED_ANSWER_READ_LIMIT_BYTES,
  PARKED_ANSWER_READ_LIMIT_MS,
} from '@sallyport/gateway/guard/parked-answer'

/** What the page says of limits: the constants themselves, so that it cannot say another number. */
// biome-ignore format: a table is read by its rows
export const LIMITS: readonly (readonly [what: string, value: string, past: string])[] = [
  ['request line and headers', sizeText(door.HEAD_LIMIT_BYTES), '`too-large`, and the connection ends'],
  ['from the first byte of a head to its last', durationText(door.WAITS.headMs), 'the connection ends'],
  ['a body that is judged whole', sizeText(door.WHOLE_BODY_LIMIT_BYTES), 'it goes on as it comes, or `too-large`'],
  ['from the first byte of such a body to its last', durationText(door.WAITS.wholeBodyMs), '`malformed`, and the connection ends'],
  ['any body', sizeText(door.STREAMED_BODY_LIMIT_BYTES), '`too-large`, or the target sees no end'],
  ['between two pieces of a body that goes on', durationText(door.WAITS.bodyIdleMs), 'the target sees no end: `unknown-outcome`'],
  ['bodies in memory, of one agent', sizeText(door.BODIES_OF_ONE_LIMIT_BYTES), '`rate-limited`'],
  ['bodies in memory, of all', sizeText(door.BODIES_LIMIT_BYTES), '`rate-limited`'],
  ['requests in flight, of one agent', String(IN_FLIGHT_LIMIT), '`rate-limited`'],
  ['actions before people, of one agent', String(OPEN_HOLDS_LIMIT), '`rate-limited`'],
  ['refusals of one agent that are recorded', `${REFUSALS_LIMIT} at once, then ${REFUSALS_LIMIT_PER_S} a second`, '`rate-limited`, and not recorded'],
  ['the answer of a parked action', sizeText(PARKED_ANSWER_LIMIT_BYTES), 'it is not kept'],
  ['of it, what is read', sizeText(PARKED_ANSWER_READ_LIMIT_BYTES), 'the target is cut: `succeeded`'],
  ['how long it is read', durationText(PARKED_ANSWER_READ_LIMIT_MS), 'the target is cut: `unknown`'],
  ['requests waiting behind another on one connection', String(door.PIPELINE_LIMIT), 'the connection ends'],
  ['connections', String(door.CONNECTIONS_LIMIT), 'not taken'],
  ['of them, those on which nobody was proved', String(door.STRANGERS_LIMIT), 'the oldest ends for a new one'],
  ['of one agent', String(door.CONNECTIONS_OF_ONE_LIMIT), 'an idle one of its own ends for a new one'],
  ['of all agents', String(door.PROVED_CONNECTIONS_LIMIT), 'an idle one of the agent that has most ends for a new one'],
  ['requests at once in one session of HTTP/2', String(door.STREAMS_LIMIT), 'the stream is refused'],
  ['streams that a client of HTTP/2 takes back in a row', String(door.RESETS_LIMIT), 'the session ends'],
  ['an idle connection', durationText(door.WAITS.idleMs), 'it ends'],
  ['a client that takes nothing of its answer', durationText(door.WAITS.stalledClientMs), 'it is cut, and the target with it'],
]
