const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `12 minutes`, at the precision that somebody who waits wants. */
function span(ms: number): string {
  if (ms < MINUTE_MS) return counted(Math.max(0, Math.round(ms / 1000)), 'second')
  if (ms < 2 * HOUR_MS) return counted(Math.round(ms / MINUTE_MS), 'minute')
  return ms < 2 * DAY_MS ? counted(Math.round(ms / HOUR_MS), 'hour') : counted(Math.round(ms / DAY_MS), 'day')
}

export function leftUntil(until: string, now: number): string {
  const leftMs = Date.parse(until) - now
  return leftMs > 0 ? `${span(leftMs)} left` : 'its time is over'
}

export function ago(at: string, now: number): string {
  return `${span(now - Date.parse(at))} ago`
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
