import type { SessionId, Shape } from '@sallyport/core/action/ids'
import type { Label } from '@sallyport/core/facts/facts'
import { instant } from '@sallyport/core/given'
import type { State } from '@sallyport/core/lifecycle/life'
import type { Reads } from '../store.ts'
import { type Driver, numberIn, textIn } from './driver.ts'
import type { Found } from './message.ts'

/** However much is asked for: what one read walks over keeps everybody else waiting. */
const LOOK_BACK_LIMIT = 10_000

type Kinds = 'waiting' | 'identical' | 'counts' | 'past'

/**
 * What is only counted or compared. A life holds up to all that a client sent, and one agent can make thousands of them: none
 * of these reads a whole one.
 */
export function countingReaders(driver: Driver): {
  readonly [K in Kinds]: (query: Reads[K]['query']) => Found[K]
} {
  const waiting = driver.prepare(`SELECT count(*) AS count FROM life WHERE state = 'waiting'`)
  const identical = driver.prepare(
    `SELECT count(*) AS count FROM life
     WHERE claim = (SELECT claim FROM life WHERE id = ?1) AND state = 'waiting' AND id <> ?1`,
  )
  const counts = driver.prepare(
    `SELECT state, session = ? AS in_session, count(*) AS count FROM (
       SELECT state, session FROM life INDEXED BY life_by_caller
       WHERE caller = ? AND asked_at >= ? AND seq <> coalesce((SELECT seq FROM life WHERE id = ?), -1)
       ORDER BY asked_at DESC LIMIT ?
     ) GROUP BY 1, 2`,
  )
  return {
    waiting: () => numberIn(waiting.get() ?? {}, 'count'),
    identical: ({ action }) => numberIn(identical.get(action) ?? {}, 'count'),
    counts: ({ caller, session, except, since, limit }) =>
      counts.all(session, caller, since, except, Math.min(limit, LOOK_BACK_LIMIT)).map((row) => ({
        state: textIn(row, 'state') as State,
        inSession: numberIn(row, 'in_session') === 1,
        count: numberIn(row, 'count'),
      })),
    past: pastReader(driver),
  }
}

function pastReader(driver: Driver): (query: Reads['past']['query']) => Found['past'] {
  const newest = (columns: string, index: string, where: string): string =>
    `SELECT ${columns} FROM life INDEXED BY ${index} WHERE caller = ? AND asked_at >= ?${where} ORDER BY asked_at DESC LIMIT ?`
  const ran = driver.prepare(
    `SELECT DISTINCT shape FROM (${newest('shape, state', 'life_by_caller', '')})
     WHERE state IN ('dispatched', 'succeeded', 'failed', 'unknown')`,
  )
  const denied = driver.prepare(
    `SELECT DISTINCT shape FROM (${newest('shape', 'life_denied', ` AND state = 'denied'`)})`,
  )
  const touched = driver.prepare(
    `SELECT DISTINCT session, labels FROM (${newest('session, labels', 'life_labelled', ` AND labels IS NOT NULL AND state <> 'refused'`)})`,
  )
  const asked = driver.prepare(newest('asked_at', 'life_by_caller', ''))
  return ({ caller, since, limit }) => {
    const values = [caller, since, Math.min(limit, LOOK_BACK_LIMIT)]
    return {
      ran: ran.all(...values).map((row) => textIn(row, 'shape') as Shape),
      denied: denied.all(...values).map((row) => textIn(row, 'shape') as Shape),
      touched: touched.all(...values).map((row) => ({
        session: textIn(row, 'session') as SessionId,
        labels: JSON.parse(textIn(row, 'labels')) as readonly Label[],
      })),
      askedAt: asked
        .all(...values)
        .map((row) => instant(numberIn(row, 'asked_at')))
        .toReversed(),
    }
  }
}
