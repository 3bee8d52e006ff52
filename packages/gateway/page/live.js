// Reads the page again when what it shows has changed. Without this file everything works, by hand.
const shown = document.body.dataset.live
const mayReload = () => {
  const writing = [...document.querySelectorAll('textarea')].some((field) => field.value !== '')
  return !writing && document.visibilityState === 'visible'
}

if (shown !== undefined && 'EventSource' in window) {
  let stale = false
  const refresh = () => {
    if (stale && mayReload()) location.reload()
  }
  const events = new EventSource('/v1/events')
  events.addEventListener('action', (event) => {
    const { action } = JSON.parse(event.data)
    stale ||= shown === '' || shown === action
    refresh()
  })
  document.addEventListener('visibilitychange', refresh)
  addEventListener('pagehide', () => events.close())
}

// A deadline is shown in the words of the page and grows old with it.
for (const left of document.querySelectorAll('time[data-left]')) {
  const tick = () => {
    const ms = Date.parse(left.dateTime) - Date.now()
    const minutes = Math.floor(ms / 60_000)
    left.textContent =
      ms <= 0
        ? 'time is over'
        : minutes >= 60
          ? left.textContent
          : minutes > 0
            ? `${minutes} min left`
            : `${Math.ceil(ms / 1000)} s left`
  }
  setInterval(tick, 1000)
}
