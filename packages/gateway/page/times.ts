import type { Instant } from '@sallyport/core/given'
import { type Html, html } from './html.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long is left, in the words of somebody who has to decide. */
export function leftUntil(deadline: Instant, now: Instant): Html {
  return html`<time datetime="${iso(deadline)}" data-left="${deadline - now}">${left(deadline - now)}</time>`
}

function left(ms: number): string {
  if (ms <= 0) return 'time is over'
  if (ms < MINUTE_MS) return `${Math.ceil(ms / 1000)} s left`
  return `${span(ms)} left`
}

export function ago(at: Instant, now: Instant): Html {
  const ms = now - at
  return html`<time datetime="${iso(at)}">${ms < MINUTE_MS ? 'just now' : `${span(ms)} ago`}</time>`
}

/** A moment that somebody may have to quote: in UTC, since readers sit in several zones. */
export function moment(at: Instant): Html {
  return html`<time datetime="${iso(at)}">${iso(at).slice(0, 16).replace('T', ' ')} UTC</time>`
}

export function span(ms: number): string {
  if (ms < HOUR_MS) return `${Math.max(1, Math.floor(ms / MINUTE_MS))} min`
  if (ms < DAY_MS) return several(Math.floor(ms / HOUR_MS), 'hour')
  return several(Math.floor(ms / DAY_MS), 'day')
}

export function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}
