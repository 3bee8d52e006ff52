// Reads the page again when what it shows has changed. Without this file everything works, by hand.
const { live: shown, edition } = document.body.dataset
const mayReload = () => {
  const writing = [...document.querySelectorAll('textarea')].some((field) => field.value !== '')
  return !writing && document.visibilityState === 'visible'
}

if (shown !== undefined && 'EventSource' in window) {
  let stale = false
  const refresh = () => {
    if (stale && mayReload()) location.reload()
  }
  const events = new EventSource(`/v1/events?${new URLSearchParams({ of: shown, edition })}`)
  // Overtaken before it listened, at first or after the connection was lost.
  events.addEventListener('stale', () => {
    stale = true
    refresh()
  })
  events.addEventListener('action', (event) => {
    const { action } = JSON.parse(event.data)
    stale ||= shown === '' || shown === action
    refresh()
  })
  document.addEventListener('visibilitychange', refresh)
  addEventListener('pagehide', () => events.close())
}

// A deadline grows old with the page. It counts from what the gateway said: the clock of this machine may be wrong.
for (const left of document.querySelectorAll('time[data-left]')) {
  const overAt = performance.now() + Number(left.dataset.left)
  const tick = () => {
    const ms = overAt - performance.now()
    if (ms <= 0) left.textContent = 'time is over'
    else if (ms < 60_000) left.textContent = `${Math.ceil(ms / 1000)} s left`
    else if (ms < 3_600_000) left.textContent = `${Math.floor(ms / 60_000)} min left`
  }
  setInterval(tick, 1000)
}
