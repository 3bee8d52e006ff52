import { parseDrawn } from '@sallyport/core/action/ids'
import type { Life } from '@sallyport/core/lifecycle/life'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { editionOf } from './edition.ts'
import { type Api, type Env, router } from './env.ts'
import { maySee } from './may-see.ts'
import type { ApiParts } from './parts.ts'
import { isRefusal, Refused } from './refused.ts'
import { whoSpeaks } from './session.ts'

/** Open streams over all: each is a socket and a listener. */
const STREAMS_LIMIT = 1_000
/** Waiting to be written. Past this the listener is too slow; it is let go and reads the list again when it is back. */
const QUEUE_LIMIT = 256
/** Who listens longer connects anew, so that nobody is forgotten here. */
const STREAM_MS = 10 * 60_000
/** Shorter than what proxies and browsers take for a dead connection. */
const PULSE_MS = 15_000

/**
 * Ids and states of what changes, for those who may see it. A hint: the truth is what they read then. A page of ours says
 * which edition it is, and hears `stale` first where it was overtaken before it listened.
 */
export function events(parts: ApiParts): Api {
  const api = router()
  let streams = 0

  api.get('/v1/events', (c) => {
    if (streams >= STREAMS_LIMIT) throw new Refused(refusal('unavailable', safe`too many listen already`))
    const { who } = c.var
    streams++
    return streamSSE(c, async (stream) => {
      const queue: Life[] = []
      let wake = (): void => undefined
      const unlisten = parts.store.onLives((lives) => {
        queue.push(...lives.filter((life) => maySee(who, life, parts)))
        wake()
      })
      stream.onAbort(() => wake())
      const pulse = setInterval(() => wake(), PULSE_MS)
      const overAt = performance.now() + STREAM_MS
      try {
        if (await isStale(c, parts)) await stream.writeSSE({ event: 'stale', data: '' })
        while (
          !stream.aborted &&
          (await isStillProved(c, parts)) &&
          queue.length <= QUEUE_LIMIT &&
          performance.now() < overAt
        ) {
          for (const life of queue.splice(0)) {
            const { id } = life.action
            const data = JSON.stringify({ action: id, state: life.state, version: life.version })
            await stream.writeSSE({ event: 'action', data })
          }
          await stream.write(': still here\n\n')
          await new Promise<void>((resolve) => {
            wake = resolve
            if (queue.length > 0 || stream.aborted) resolve()
          })
        }
      } finally {
        clearInterval(pulse)
        unlisten()
        streams--
      }
    })
  })

  return api
}

/** A session, a token or a key may end while its stream is open: asked anew before each writing and at each pulse. */
async function isStillProved(c: Context<Env>, parts: ApiParts): Promise<boolean> {
  return !isRefusal(await whoSpeaks(c, parts))
}

async function isStale(c: Context<Env>, parts: ApiParts): Promise<boolean> {
  const { who } = c.var
  const edition = c.req.query('edition')
  if (edition === undefined || who.kind !== 'person') return false
  const action = parseDrawn('act', c.req.query('of') ?? '') ?? null
  return edition !== (await editionOf(action, who, parts))
}
